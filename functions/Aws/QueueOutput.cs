using Telemetry.Aws;
using Telemetry.Queues;

namespace Functions.Aws;

/// <summary>
/// The queue of the next function: an SQS queue whose URL an environment variable holds. Opened at the first message.
/// </summary>
internal sealed class QueueOutput
{
    private readonly Lazy<IQueueSender> _queue;

    internal QueueOutput(string variable, TimeProvider clock)
    {
        var url = Environment.GetEnvironmentVariable(variable);
        if (!QueueEndpoint.TryParse(url, kind: "sqs", connection: null, out var endpoint, out var error))
            throw new InvalidOperationException($"{variable}: {error}");
        _queue = new Lazy<IQueueSender>(() => new SqsQueueConnector().OpenSender(endpoint, clock));
    }

    /// <summary>Stores a message.</summary>
    /// <exception cref="QueueException">The queue did not take it.</exception>
    internal Task SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        _queue.Value.SendAsync([body], cancellationToken);
}
