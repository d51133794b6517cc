using Telemetry.Queues;

namespace Functions.Tests.Support;

/// <summary>Keeps every message; waits before it or refuses it when told to.</summary>
internal sealed class RecordingQueue(QueueLimits limits) : IQueueSender
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _messages = [];

    /// <summary>Runs before messages are taken; may wait or throw.</summary>
    public Func<CancellationToken, Task> BeforeSend { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<byte[]> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => new(limits);

    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await BeforeSend(cancellationToken);
        lock (_gate)
            _messages.AddRange(messages.Select(message => message.ToArray()));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
