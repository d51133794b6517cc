namespace Telemetry.Azure;

/// <summary>What to do about an error, where the service's code does not say it.</summary>
internal static class Remedy
{
    public const string NoIdentity =
        "no identity is available: give the host a managed identity (AZURE_CLIENT_ID names a user-assigned one), or set"
        + " AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or use a storage connection string";

    public const string IdentityRefused =
        "the identity got no token: check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret, certificate or federated token that goes with them";

    private const string Permissions = "Microsoft.Storage/storageAccounts/queueServices/queues/";

    /// <summary>The remedy for a status and error code; null where the code says all.</summary>
    public static string? For(QueueRequest request, int status, string? code, bool usesConnection) => (status, code) switch
    {
        (_, "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation") => usesConnection
            ? "the key or signature was refused: check that AccountName and AccountKey belong to this address, that a shared access"
                + " signature has not expired, and that this machine's clock is right to 15 minutes"
            : "the token was refused: check that the identity's tenant is that of the storage account",
        (403, "AuthorizationPermissionMismatch" or "InsufficientAccountPermissions") => Permission(request, usesConnection),
        (403, "AuthorizationServiceMismatch" or "AuthorizationResourceTypeMismatch" or "AuthorizationProtocolMismatch") =>
            "the shared access signature does not cover this: it must allow the queue service, resource types container and object, and this protocol",
        (403, "AuthorizationFailure" or "AuthorizationSourceIPMismatch" or "IpAuthorizationFailed") =>
            "the account's network rules or the signature's address range keep this machine out: allow its network or use a private endpoint",
        (403, "KeyBasedAuthenticationNotPermitted") => "the account forbids keys: remove the connection string and give the host an identity",
        (403, "AccountIsDisabled") => "the storage account is disabled",
        (404, "QueueNotFound" or "ResourceNotFound" or null) => "the queue does not exist: create it, or correct the name in the address",
        (400, "InvalidResourceName" or "OutOfRangeInput") =>
            "this is no queue name: 3 to 63 lower-case letters, digits and single hyphens, starting and ending with a letter or digit",
        (400, "InvalidXmlDocument" or "InvalidXmlNodeValue") => "a message text is no UTF-8, or has characters that XML does not allow: send it as Base64",
        (409, "QueueBeingDeleted") => "the queue is being deleted, which takes 30 s or more: try again then",
        (429 or 503, _) => "throttled: a queue takes 2,000 messages a second and an account 20,000 requests; slow down or use more queues",
        _ => null,
    };

    private static string Permission(QueueRequest request, bool usesConnection)
    {
        if (usesConnection)
            return "the shared access signature lacks the permission: sign it with read, add, update and process (raup)";
        var alternative = request.Permission is "messages/delete" ? $" or {Permissions}messages/process/action" : "";
        var note = request.Permission is "messages/write" ? ", which Storage Queue Data Message Processor lacks" : "";
        var role = request.Permission is "messages/add/action" ? "Storage Queue Data Message Sender" : "Storage Queue Data Contributor";
        return $"the identity lacks {Permissions}{request.Permission}{alternative}{note}: assign it {role} on the queue";
    }
}
