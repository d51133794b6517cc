using Amazon.Runtime;
using Amazon.Runtime.Telemetry;
using Amazon.SQS;
using Amazon.Util;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// The SDK's client of one queue; turns whatever goes wrong with a call into a <see cref="QueueException"/>. Safe for concurrent use.
/// </summary>
internal sealed class SqsConnection(QueueEndpoint queue, TimeProvider clock, AWSCredentials credentials) : IDisposable
{
    // With the SDK's waits, of up to 1, 2 and 4 s, a service that refuses costs 3.5 s on average: then the caller knows better what to do.
    private const int Retries = 3;

    private readonly AmazonSQSClient _client = new(credentials, Configure(queue, clock));
    private volatile bool _hadCredentials;

    /// <summary>The failures of this queue.</summary>
    public SqsFailures Failures { get; } = new(queue);

    /// <summary>Calls, with the SDK's retries.</summary>
    /// <param name="operation">One of <see cref="SqsOperation"/>.</param>
    /// <param name="send">Makes the call.</param>
    /// <param name="cancellationToken">Ends the wait for credentials; <paramref name="send"/> may let it end the call.</param>
    /// <param name="wait">How long the service may hold the answer back on purpose.</param>
    /// <returns>The answer, and the timestamp from before the attempt that was answered.</returns>
    /// <exception cref="QueueException">Refused, unreadable, or no answer.</exception>
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

    /// <summary>Ends the SDK's client; calls under way end by themselves.</summary>
    public void Dispose() => _client.Dispose();

    /// <summary>The region that the host name tells; for an emulator's <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or us-east-1.</summary>
    internal static string RegionOf(string host, Func<string, string?> environment)
    {
        // us-east-1 where the SDK does not know the host, too.
        var region = AWSSDKUtils.DetermineRegion($"https://{host}");
        return host.Contains(region, StringComparison.OrdinalIgnoreCase) || host.TrimEnd('.').EndsWith("amazonaws.com", StringComparison.OrdinalIgnoreCase) ? region
            : environment("AWS_REGION") is { Length: > 0 } first ? first
            : environment("AWS_DEFAULT_REGION") is { Length: > 0 } second ? second
            : region;
    }

    // The SDK answers from memory where it can. Asked here, so that it is clear what has failed.
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
        // The address says all; the environment's wish for another endpoint would be an error.
        UseFIPSEndpoint = false,
        UseDualstackEndpoint = false,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = Retries,
        MaxStaleConnectionRetries = 0,
        HttpClientFactory = new SharedConnections(clock),
        // No telemetry from telemetry, whatever the application has the SDK do for its own calls.
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
