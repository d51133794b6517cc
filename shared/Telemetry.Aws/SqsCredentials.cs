using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// The SDK's default chain: environment, web identity (EKS), profile, container (ECS, pod identity), instance metadata.
/// The SDK keeps what it found for the process, and renews it before it expires.
/// </summary>
internal sealed class SqsCredentials : AWSCredentials
{
    private AWSCredentials? _found;

    /// <summary>
    /// The chain. For an emulator on this machine, the environment's credentials or the dummy <c>test</c>/<c>test</c>: an
    /// emulator needs no real credentials, and the search for instance metadata can take seconds.
    /// </summary>
    public static AWSCredentials For(QueueEndpoint queue) =>
        !queue.Url.IsLoopback ? new SqsCredentials()
        // The SDK's constructor throws if one of the two is missing.
        : IsSet("AWS_ACCESS_KEY_ID") && IsSet("AWS_SECRET_ACCESS_KEY") ? new EnvironmentVariablesAWSCredentials()
        : new BasicAWSCredentials("test", "test");

    /// <inheritdoc/>
    // The chain creates the STS client by name. Without this attribute, trimming would remove the client.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceClient))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceConfig))]
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        _found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().ConfigureAwait(false);
        return await _found.GetCredentialsAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() =>
        DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();

    /// <summary>Discards the cached credentials, because the service has answered that they are expired.</summary>
    public void Forget() => (_found as RefreshingAWSCredentials)?.ClearCredentials();

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
