using Amazon.Runtime;
using Amazon.Runtime.Telemetry;
using Amazon.SQS;
using Amazon.Util;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// The SDK's client of one queue. It turns every failure of a call into a <see cref="QueueException"/>. Safe for concurrent use.
/// </summary>
internal sealed class SqsConnection(QueueEndpoint queue, TimeProvider clock, AWSCredentials credentials) : IDisposable
{
    // The SDK waits up to 1, 2 and 4 s, so a service that refuses costs 3.5 s on average. After that, the caller decides.
    private const int Retries = 3;

    private readonly AmazonSQSClient _client = new(credentials, Configure(queue, clock));
    private volatile bool _hadCredentials;

    /// <summary>The failures of this queue.</summary>
    public SqsFailures Failures { get; } = new(queue);

    /// <summary>Calls, with the SDK's retries.</summary>
    /// <param name="operation">One of <see cref="SqsOperation"/>.</param>
    /// <param name="send">Makes the call.</param>
    /// <param name="cancellationToken">Ends the wait for credentials; <paramref name="send"/> may let it end the call.</param>
    /// <param name="wait">How long the service may delay the answer, as in a long poll.</param>
    /// <returns>The answer, and the timestamp from before the attempt that was answered.</returns>
    /// <exception cref="QueueException">The call was refused or not answered, or the answer is unreadable.</exception>
    public async Task<(T Answer, long SentAt)> CallAsync<T>(
        string operation, Func<AmazonSQSClient, Task<T>> send, CancellationToken cancellationToken, TimeSpan wait = default)
    {
        var call = QueueCall.Begin(wait);
        for (var mayForget = true; ; mayForget = false)
        {
            await GetCredentialsAsync(operation, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return (await send(_client).ConfigureAwait(false), call.LastAttempt);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (AmazonServiceException e) when (mayForget && SqsFailures.Normalize(e.ErrorCode) is "ExpiredToken")
            {
                (credentials as SqsCredentials)?.Forget();
            }
            catch (Exception e)
            {
                throw new QueueException(Failures.Of(operation, e));
            }
        }
    }

    /// <summary>Disposes the SDK's client. Current calls end by themselves.</summary>
    public void Dispose() => _client.Dispose();

    /// <summary>
    /// The region in the host name. An emulator's host has none: then <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or us-east-1.
    /// </summary>
    internal static string RegionOf(string host, Func<string, string?> environment)
    {
        // This is us-east-1 also when the SDK does not know the host.
        var region = AWSSDKUtils.DetermineRegion($"https://{host}");
        var isKnown = host.Contains(region, StringComparison.OrdinalIgnoreCase)
            || host.TrimEnd('.').EndsWith("amazonaws.com", StringComparison.OrdinalIgnoreCase);
        return isKnown ? region
            : environment("AWS_REGION") is { Length: > 0 } first ? first
            : environment("AWS_DEFAULT_REGION") is { Length: > 0 } second ? second
            : region;
    }

    // The SDK caches credentials. They are read here, so that a failure of the credentials is not mistaken for one of the call.
    private async Task GetCredentialsAsync(string operation, CancellationToken cancellationToken)
    {
        try
        {
            await credentials.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            _hadCredentials = true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new QueueException(Failures.WithoutCredentials(operation, e, _hadCredentials));
        }
    }

    private static AmazonSQSConfig Configure(QueueEndpoint queue, TimeProvider clock) => new()
    {
        ServiceURL = queue.Url.GetLeftPart(UriPartial.Authority),
        AuthenticationRegion = RegionOf(queue.Url.Host, Environment.GetEnvironmentVariable),
        // The address decides; an endpoint in the environment must not replace it.
        UseFIPSEndpoint = false,
        UseDualstackEndpoint = false,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = Retries,
        MaxStaleConnectionRetries = 0,
        HttpClientFactory = new SharedConnections(clock),
        // Sending telemetry must not create telemetry, even if the application configures the SDK to do so for its own calls.
        DisableLogging = true,
        TelemetryProvider = new DefaultTelemetryProvider(),
    };

    private sealed class SharedConnections(TimeProvider clock) : Amazon.Runtime.HttpClientFactory
    {
        private readonly HttpClient _client = QueueHttp.NewClient(clock);

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
