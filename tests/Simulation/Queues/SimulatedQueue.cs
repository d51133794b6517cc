using Simulation.World;
using Telemetry.Queues;

namespace Simulation.Queues;

/// <summary>
/// The queue service: leases, receipts, messages in no particular order. As strict as its cloud, and no stricter: Azure takes no old
/// receipt, SQS accepts a delete with one and does nothing.
/// </summary>
internal sealed class SimulatedQueue(SimulatedWorld world, QueueKind kind, int number, IDeletionRules rules)
{
    private readonly List<StoredMessage> _stored = [];
    private QueueTroubles _troubles = QueueTroubles.None;
    private TimeSpan _lastTrouble = TimeSpan.MinValue;
    private int _next;

    public QueueEndpoint Endpoint { get; } = QueueEndpoint.TryParse(
        $"http://127.0.0.1/account/{(kind is QueueKind.Azure ? "azure" : "sqs")}-{number}",
        kind is QueueKind.Azure ? "azure" : "sqs",
        connection: null,
        out var endpoint,
        out var error)
        ? endpoint
        : throw new InvalidOperationException(error);

    public QueueKind Kind => kind;

    /// <summary>Changed while a run goes on.</summary>
    public QueueTroubles Troubles
    {
        get => _troubles;
        set
        {
            _lastTrouble = world.Now;
            _troubles = value;
        }
    }

    public int Count => _stored.Count;

    public IEnumerable<StoredMessage> Stored => _stored;

    /// <summary>Name of the next message that is put.</summary>
    public string NextId => $"{Endpoint.Name}/{_next}";

    public void Put(ReadOnlyMemory<byte> text) => _stored.Add(new StoredMessage($"{Endpoint.Name}/{_next++}", text, world.Now));

    public List<ReceivedMessage> Take(int max, TimeSpan lease, long leaseStart, string receiver)
    {
        var visible = _stored.Where(stored => stored.VisibleAt <= world.Now).ToArray();
        world.Random.Shuffle(visible);
        return [.. visible.Take(max).Select(stored => Take(stored, lease, leaseStart, receiver))];
    }

    public string? Renew(ReceivedMessage message, TimeSpan lease)
    {
        if (Leased(message) is not { } stored || stored.VisibleAt <= world.Now)
            return null;
        stored.VisibleAt = world.Now + lease;
        if (kind is QueueKind.Azure)
            stored.Receipt += "'";
        return stored.Receipt;
    }

    /// <summary>Deletes a message; false when the service says that the lease is lost.</summary>
    public bool Delete(ReceivedMessage message, string receiver)
    {
        if (Leased(message) is not { } stored)
            return kind is QueueKind.Sqs;
        _stored.Remove(stored);
        world.Note($"{receiver} deletes {message.Id}");
        rules.OnDeleted(message.Id, receiver);
        return true;
    }

    /// <summary>Loses a message that nobody has been given yet; false when there is none.</summary>
    public bool TryVanish()
    {
        if (_stored.Find(stored => stored.Deliveries == 0) is not { } stored)
            return false;
        _stored.Remove(stored);
        rules.OnDeleted(stored.Id, "nobody");
        return true;
    }

    public void Release(ReceivedMessage message, TimeSpan delay)
    {
        if (Leased(message) is { } stored)
            (stored.VisibleAt, stored.Holder) = (world.Now + delay, null);
    }

    /// <summary>True when nothing went wrong since a time.</summary>
    public bool WasCalm(TimeSpan since) => _troubles == QueueTroubles.None && _lastTrouble < since;

    private ReceivedMessage Take(StoredMessage stored, TimeSpan lease, long leaseStart, string receiver)
    {
        stored.Deliveries++;
        stored.Receipt = $"{stored.Id}#{stored.Deliveries}";
        stored.Holder = receiver;
        if (!world.Chance(Troubles.DeliveredTwice))
            stored.VisibleAt = world.Now + lease;
        world.Note($"{receiver} receives {stored.Id}, delivery {stored.Deliveries}");
        return new ReceivedMessage
        {
            Id = stored.Id,
            Receipt = stored.Receipt,
            Text = stored.Text,
            ReceiveCount = stored.Deliveries,
            EnqueuedAt = SimulatedClock.Epoch + stored.EnqueuedAt,
            LeaseStart = leaseStart,
        };
    }

    private StoredMessage? Leased(ReceivedMessage message) => _stored.Find(stored => stored.Receipt == message.Receipt);
}
