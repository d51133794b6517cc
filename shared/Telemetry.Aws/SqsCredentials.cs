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
    /// The chain; for an emulator on this machine the environment's credentials or the dummy <c>test</c>/<c>test</c>, since an
    /// emulator has no use for real ones, and the search for instance metadata can take seconds where there is none.
    /// </summary>
    public static AWSCredentials For(QueueEndpoint queue) =>
        !queue.Url.IsLoopback ? new SqsCredentials()
        // The SDK's constructor throws where one of the two is missing.
        : IsSet("AWS_ACCESS_KEY_ID") && IsSet("AWS_SECRET_ACCESS_KEY") ? new EnvironmentVariablesAWSCredentials()
        : new BasicAWSCredentials("test", "test");

    /// <inheritdoc/>
    // The chain makes the STS client by name; without this, trimming would remove it.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceClient))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceConfig))]
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        _found = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync().ConfigureAwait(false);
        return await _found.GetCredentialsAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials() => DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials();

    /// <summary>The service called the credentials expired: the next question must not be answered from memory.</summary>
    public void Forget() => (_found as RefreshingAWSCredentials)?.ClearCredentials();

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
