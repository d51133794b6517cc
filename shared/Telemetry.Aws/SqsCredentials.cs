using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;

namespace Telemetry.Aws;

/// <summary>Gives the credentials for a request.</summary>
internal interface ISqsCredentials
{
    /// <summary>The credentials of now; asked before every request, so it answers from memory where it can.</summary>
    ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken);

    /// <summary>The service called the credentials expired: the next question must not be answered from memory.</summary>
    void Forget();
}

/// <summary>
/// The SDK's default chain: environment, web identity (EKS), profile, container (ECS, pod identity), instance metadata.
/// The SDK keeps what it found for the process, and renews it before it expires.
/// </summary>
internal sealed class ChainCredentials : ISqsCredentials
{
    private AWSCredentials? _found;

    /// <inheritdoc/>
    // The chain makes the STS client by name; without this, trimming would remove it. Registering a factory with the SDK instead
    // would break profiles that assume a role, because the factory is not told the source credentials.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceClient))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceConfig))]
    public async ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken)
    {
        var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(null)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        _found = credentials;
        return await credentials.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Forget() => (_found as RefreshingAWSCredentials)?.ClearCredentials();
}

/// <summary>
/// For an emulator on this machine: the environment's <c>AWS_ACCESS_KEY_ID</c>, <c>AWS_SECRET_ACCESS_KEY</c> and
/// <c>AWS_SESSION_TOKEN</c>, or the dummy <c>test</c>/<c>test</c>. The rest of the chain is not asked: its search for instance
/// metadata can take seconds where there is none, and an emulator has no use for a profile's or a machine's real credentials.
/// </summary>
internal sealed class LoopbackCredentials(Func<string, string?> environment) : ISqsCredentials
{
    /// <inheritdoc/>
    public ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken) => new(Read());

    /// <inheritdoc/>
    public void Forget()
    {
        // The environment is read every time.
    }

    private ImmutableCredentials Read() =>
        environment("AWS_ACCESS_KEY_ID") is { Length: > 0 } key && environment("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret
            ? new ImmutableCredentials(key, secret, environment("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null)
            : new ImmutableCredentials("test", "test", null);
}
