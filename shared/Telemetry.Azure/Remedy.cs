namespace Telemetry.Azure;

/// <summary>Remedies for errors that the service's code does not explain.</summary>
internal static class Remedy
{
    public const string NoIdentity =
        "no identity is available: give the host a managed identity (AZURE_CLIENT_ID names a user-assigned one), or set"
        + " AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or use a storage connection string";

    public const string WrongIdentity =
        "no identity can be made of the environment: correct AZURE_TENANT_ID, AZURE_AUTHORITY_HOST (an https address) and"
        + " AZURE_TOKEN_CREDENTIALS, or remove them";

    public const string IdentityRefused =
        "the identity got no token: check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret, certificate or federated token"
        + " that goes with them";

    public const string NeedsHttps =
        "an identity's token travels over https only: give an https address or a storage connection string";

    public const string WrongConnection =
        "the storage connection string is none: copy the whole string from the account's access keys;"
        + " it needs AccountName and AccountKey, or SharedAccessSignature, or UseDevelopmentStorage=true,"
        + " separated by semicolons";

    public const string NotXml = "a message text is no UTF-8, or has characters that XML does not allow: send it as Base64";

    public const string NotAzure =
        "the answer is no message list of the Queue service: check the address, and for a proxy in between";

    private const string Provider = "Microsoft.Storage/storageAccounts/queueServices/";

    /// <summary>The remedy for a status and error code; null if the code needs no explanation.</summary>
    public static string? For(QueueOperation operation, int status, string? code, bool usesConnection) => (status, code) switch
    {
        (_, "AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation") => usesConnection
            ? "the key or signature was refused: check that AccountName and AccountKey belong to this address, that a shared"
                + " access signature has not expired, and that this machine's clock is right to 15 minutes"
            : "the token was refused: check that the identity's tenant is that of the storage account",
        (403, "AuthorizationPermissionMismatch" or "InsufficientAccountPermissions") => Permission(operation, usesConnection),
        (403, "AuthorizationServiceMismatch" or "AuthorizationResourceTypeMismatch" or "AuthorizationProtocolMismatch") =>
            "the shared access signature does not cover this: it must allow the queue service, the resource types container"
            + " and object, and this protocol",
        (403, "AuthorizationFailure" or "AuthorizationSourceIPMismatch" or "IpAuthorizationFailed") =>
            "the account's network rules or the signature's address range keep this machine out: allow its network,"
            + " or use a private endpoint",
        (403, "KeyBasedAuthenticationNotPermitted") =>
            "the account forbids keys: remove the connection string and give the host an identity",
        (403, "AccountIsDisabled") => "the storage account is disabled",
        (404, "QueueNotFound" or "ResourceNotFound" or null) =>
            "the queue does not exist: create it, or correct the name in the address",
        (400, "InvalidResourceName" or "OutOfRangeInput") =>
            "this is no queue name: it takes 3 to 63 lower-case letters, digits and single hyphens, no hyphen at either end",
        (400, "InvalidXmlDocument" or "InvalidXmlNodeValue") => NotXml,
        (409, "QueueBeingDeleted") => "the queue is being deleted, which takes 30 s or more: try again then",
        (429 or 503, _) =>
            "throttled: a queue takes 2,000 messages a second and an account 20,000 requests; slow down or use more queues",
        _ => null,
    };

    private static string Permission(QueueOperation operation, bool usesConnection)
    {
        if (usesConnection)
            return "the shared access signature lacks the permission: sign it with read, add, update and process (raup)";
        var (note, role) = operation.Permission switch
        {
            "queues/messages/add/action" => ("", "Storage Queue Data Message Sender"),
            "queues/messages/delete" => ($" or {Provider}queues/messages/process/action", "Storage Queue Data Contributor"),
            "queues/messages/write" => (", which Storage Queue Data Message Processor lacks", "Storage Queue Data Contributor"),
            _ => ("", "Storage Queue Data Contributor"),
        };
        return $"the identity lacks {Provider}{operation.Permission}{note}: assign it {role} on the queue";
    }
}
