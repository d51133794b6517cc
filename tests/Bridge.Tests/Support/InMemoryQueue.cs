using System.Text;
using Telemetry.Queues;

namespace Bridge.Tests.Support;

/// <summary>A queue in memory with leases on the test's clock, as strict as the clouds about lost ones.</summary>
internal sealed class InMemoryQueue(TimeProvider clock) : IQueueReceiver
{
    private readonly Lock _gate = new();
    private readonly List<Stored> _stored = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public QueueEndpoint Endpoint { get; } =
        QueueEndpoint.TryParse("http://127.0.0.1/account/memory", "sqs", null, out var endpoint, out _) ? endpoint : null!;

    public int MaxReceive => 10;

    /// <summary>Receive calls so far.</summary>
    public int Receives { get; private set; }

    /// <summary>True holds a wait open when it is cancelled, as a long poll of SQS is.</summary>
    public bool HoldsPolls { get; init; }

    /// <summary>What a receive call does first: fails or hangs.</summary>
    public Func<Task> BeforeReceive { get; set; } = () => Task.CompletedTask;

    /// <summary>What a delete call does first: fails or hangs.</summary>
    public Func<Task> BeforeDelete { get; set; } = () => Task.CompletedTask;

    /// <summary>Renewals so far.</summary>
    public int Renewals { get; private set; }

    /// <summary>Delays of the releases so far.</summary>
    public List<TimeSpan> Releases { get; } = [];

    /// <summary>Called with the name of every operation; what it throws is the operation's failure.</summary>
    public Action<string> OnCall { get; set; } = _ => { };

    /// <summary>Texts that are stored.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_gate)
                return [.. _stored.Select(stored => Encoding.UTF8.GetString(stored.Text))];
        }
    }

    public void Put(string text) => Put(Encoding.UTF8.GetBytes(text));

    /// <summary>Stores a message, with the attributes and the trace that travel beside the text.</summary>
    public void Put(byte[] text, IReadOnlyDictionary<string, string>? attributes = null, string? traceParent = null)
    {
        lock (_gate)
        {
            _stored.Add(new Stored($"message-{_next++}", text, clock.GetUtcNow())
            {
                Attributes = attributes ?? new Dictionary<string, string>(StringComparer.Ordinal),
                TraceParent = traceParent,
            });
            _arrived.TrySetResult();
        }
    }

    /// <summary>Lets a wait look again for what has become visible with time.</summary>
    public void LookAgain()
    {
        lock (_gate)
            _arrived.TrySetResult();
    }

    /// <summary>Ends every lease, as if a replica had been dead for its length.</summary>
    public void ExpireLeases()
    {
        lock (_gate)
        {
            foreach (var stored in _stored)
                stored.VisibleAt = clock.GetUtcNow();
            _arrived.TrySetResult();
        }
    }

    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        OnCall(nameof(ReceiveAsync));
        while (true)
        {
            lock (_gate)
                Receives++;
            await BeforeReceive();
            Task arrived;
            lock (_gate)
            {
                var messages = _stored.Where(stored => stored.VisibleAt <= clock.GetUtcNow()).Take(max).Select(stored => stored.Take(lease, clock)).ToList();
                if (messages.Count > 0 || wait == TimeSpan.Zero)
                    return messages;
                if (_arrived.Task.IsCompleted)
                    _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(HoldsPolls ? CancellationToken.None : cancellationToken);
        }
    }

    public Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        OnCall(nameof(RenewAsync));
        lock (_gate)
        {
            Renewals++;
            return Task.FromResult(Find(message)?.Renew(message, lease, clock));
        }
    }

    public async Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(
        IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        OnCall(nameof(DeleteAsync));
        await BeforeDelete();
        lock (_gate)
        {
            var lost = messages.Where(message => Find(message) is null).ToList();
            _stored.RemoveAll(stored => messages.Any(message => message.Receipt == stored.Receipt));
            return lost;
        }
    }

    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        OnCall(nameof(ReleaseAsync));
        lock (_gate)
        {
            Releases.Add(delay);
            if (Find(message) is { } stored)
                stored.VisibleAt = clock.GetUtcNow() + delay;
            return Task.CompletedTask;
        }
    }

    public Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        OnCall(nameof(GetDepthAsync));
        return Task.FromResult((long)Texts.Count);
    }

    public Task CreateIfMissingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QueueFinding>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Stored? Find(ReceivedMessage message) => _stored.Find(stored => stored.Receipt == message.Receipt);

    private sealed class Stored(string id, byte[] text, DateTimeOffset at)
    {
        private int _deliveries;

        public byte[] Text => text;

        public required IReadOnlyDictionary<string, string> Attributes { get; init; }

        public string? TraceParent { get; init; }

        public string? Receipt { get; private set; }

        public DateTimeOffset EnqueuedAt { get; } = at;

        public DateTimeOffset VisibleAt { get; set; } = at;

        public ReceivedMessage Take(TimeSpan lease, TimeProvider clock)
        {
            Receipt = $"{id}/{++_deliveries}";
            VisibleAt = clock.GetUtcNow() + lease;
            return new ReceivedMessage
            {
                Id = id,
                Receipt = Receipt,
                Text = text,
                ReceiveCount = _deliveries,
                EnqueuedAt = EnqueuedAt,
                LeaseStart = clock.GetTimestamp(),
                TraceParent = TraceParent,
                Attributes = Attributes,
            };
        }

        public ReceivedMessage Renew(ReceivedMessage message, TimeSpan lease, TimeProvider clock)
        {
            VisibleAt = clock.GetUtcNow() + lease;
            return message with { LeaseStart = clock.GetTimestamp() };
        }
    }
}
