using Telemetry.Queues;

namespace Telemetry.Tests.Support;

/// <summary>A queue that keeps what it is given; a test decides what happens before.</summary>
internal sealed class InMemoryQueueSender(QueueLimits limits) : IQueueSender
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _texts = [];
    private int _calls;

    /// <summary>What a call does before its messages are stored: fails, hangs or waits for the test.</summary>
    internal Func<CancellationToken, Task> BeforeStoring { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a call does after its messages are stored: an answer that gets lost.</summary>
    internal Func<Task> AfterStoring { get; set; } = () => Task.CompletedTask;

    internal int Calls => Volatile.Read(ref _calls);

    internal bool IsDisposed { get; private set; }

    internal IReadOnlyList<byte[]> Texts
    {
        get
        {
            lock (_gate)
                return [.. _texts];
        }
    }

    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(limits);

    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        await BeforeStoring(cancellationToken);
        lock (_gate)
            _texts.AddRange(messages.Select(message => message.ToArray()));
        await AfterStoring();
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets calls wait, whatever their token says, until the test ends that.</summary>
    /// <param name="afterStoring">Their messages are stored already: only the answer waits.</param>
    internal TaskCompletionSource Hold(bool afterStoring = false)
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (afterStoring)
            AfterStoring = () => answer.Task;
        else
            BeforeStoring = _ => answer.Task;
        return answer;
    }

    /// <summary>Never answers; ends with its token, as senders must.</summary>
    internal static Task Hang(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}
