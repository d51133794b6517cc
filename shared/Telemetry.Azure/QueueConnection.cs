using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Queues;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>
/// The SDK's client of one queue. It is created at the first call, and turns every failure of a call into a
/// <see cref="QueueException"/>.
/// </summary>
/// <param name="endpoint">The queue.</param>
/// <param name="clock">Measures the attempts.</param>
/// <param name="credential">The identity; null means that of the process.</param>
/// <param name="handler">Sends the requests; null means the connections of the process.</param>
internal sealed class QueueConnection(
    QueueEndpoint endpoint, TimeProvider clock, TokenCredential? credential, HttpMessageHandler? handler)
{
    // The emulator's account. It is the same on every machine and published in the emulator's documentation, so it is no secret.
    private const string DevelopmentStorage = "AccountName=devstoreaccount1;AccountKey="
        + "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // All queues of the process share it, because it caches tokens.
    private static readonly Lazy<TokenCredential> ProcessIdentity = new(() =>
        new DefaultAzureCredential(
            new DefaultAzureCredentialOptions { Transport = new HttpClientTransport(QueueHttp.NewClient()) }));

    private QueueClient? _client;

    /// <summary>Creates the failures of this queue.</summary>
    public QueueFailures Failures { get; } = new(endpoint);

    /// <summary>Calls, with the SDK's retries.</summary>
    /// <returns>The answer, and the timestamp from before the attempt that was answered.</returns>
    /// <exception cref="QueueException">The call was refused or not answered, or the answer is unreadable.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(T Answer, long SentAt)> CallAsync<T>(
        QueueOperation operation, Func<QueueClient, Task<T>> send, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = QueueCall.Begin();
        var client = _client ??= Connect(operation);
        try
        {
            return (await send(client).ConfigureAwait(false), call.LastAttempt);
        }
        catch (Exception error)
        {
            // A cancelled call may end with the error of any attempt.
            cancellationToken.ThrowIfCancellationRequested();
            throw Failures.Of(operation, error);
        }
    }

    private QueueClient Connect(QueueOperation operation)
    {
        var options = new QueueClientOptions(QueueClientOptions.ServiceVersion.V2021_12_02)
        {
            Transport = new HttpClientTransport(QueueHttp.NewClient(clock, handler)),
            Retry =
            {
                Mode = RetryMode.Exponential,
                MaxRetries = 4,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(8),
                // QueueCall bounds each try.
                NetworkTimeout = Timeout.InfiniteTimeSpan,
            },
            // Sending telemetry must not create telemetry.
            Diagnostics = { ApplicationId = "telemetry-queue", IsLoggingEnabled = false, IsDistributedTracingEnabled = false },
        };
        if (endpoint.Connection is null && !string.Equals(endpoint.Url.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
            throw Failures.Misconfigured(operation, Remedy.NeedsHttps);
        try
        {
            return endpoint.Connection is { } connection
                ? Connect(connection, options)
                : new QueueClient(endpoint.Url, credential ?? ProcessIdentity.Value, options);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidOperationException)
        {
            // The exception is not kept, since it may quote the string.
            throw Failures.Misconfigured(operation, endpoint.Connection is null ? Remedy.WrongIdentity : Remedy.WrongConnection);
        }
    }

    // Endpoints in the string are not used, because the queue's own address names account and queue.
    private QueueClient Connect(string connection, QueueClientOptions options)
    {
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(part => !part.StartsWith("QueueEndpoint=", StringComparison.OrdinalIgnoreCase))
            .Select(part =>
                part.Equals("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase) ? DevelopmentStorage : part);
        var account = endpoint.Url.AbsoluteUri[..^(endpoint.Name.Length + 1)];
        return new QueueClient($"{string.Join(';', parts)};QueueEndpoint={account}", endpoint.Name, options);
    }
}
