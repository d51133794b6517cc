using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RabbitMQ.Client.Events;

namespace Harness.Faults;

/// <summary>
/// What was sent and what of it arrived, byte for byte: an event is known by its SHA-256. Safe for use by several threads.
/// </summary>
internal sealed class EventLedger(bool keepBodies = false)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Sha, Entry> _entries = [];
    private readonly List<ArrivedEvent> _arrived = [];
    private readonly List<ArrivedEvent> _foreign = [];
    private int _missing;
    private int _duplicates;
    private int _renamed;

    /// <summary>Events expected.</summary>
    public int Expected => Read(() => _entries.Count);

    /// <summary>Expected events that have not arrived.</summary>
    public int Missing => Read(() => _missing);

    /// <summary>Expected events that have arrived.</summary>
    public int Arrived => Read(() => _entries.Count - _missing);

    /// <summary>Arrivals beyond the first of an event.</summary>
    public int Duplicates => Read(() => _duplicates);

    /// <summary>Arrivals of the event that arrived most often.</summary>
    public int MostArrivals => Read(() => _entries.Values.Max(entry => entry.Arrivals));

    /// <summary>Duplicates that came with another <c>message_id</c> than the first.</summary>
    public int Renamed => Read(() => _renamed);

    /// <summary>Arrivals that nobody sent, such as an event of which a byte was changed.</summary>
    public IReadOnlyList<ArrivedEvent> Foreign => Read(() => _foreign.ToList());

    /// <summary>Everything that arrived, in order; kept only where bodies are.</summary>
    public IReadOnlyList<ArrivedEvent> All => Read(() => _arrived.ToList());

    /// <summary>Notes an event as sent; call it before it is.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="name">What a failure calls it.</param>
    /// <param name="group">The figures that it counts for, such as a queue's name.</param>
    public void Expect(ReadOnlySpan<byte> json, string name, string group = "")
    {
        var sha = Sha.Of(json);
        lock (_gate)
        {
            _entries.Add(sha, new Entry(name, group));
            _missing++;
        }
    }

    /// <summary>Notes an event as sent.</summary>
    public void Expect(string json) => Expect(Encoding.UTF8.GetBytes(json), json);

    /// <summary>Enters an arrival.</summary>
    public void Enter(BasicDeliverEventArgs delivery)
    {
        var arrived = ArrivedEvent.Of(delivery, keepBodies);
        lock (_gate)
        {
            if (keepBodies)
                _arrived.Add(arrived);
            if (!_entries.TryGetValue(arrived.Sha, out var entry))
                _foreign.Add(arrived);
            else if (entry.Arrivals == 0)
                EnterFirst(entry, arrived);
            else if (!delivery.Redelivered)
                EnterAgain(entry, arrived);
        }
    }

    /// <summary>Sent, arrived and duplicates of a group.</summary>
    public (int Sent, int Arrived, int Duplicates) FiguresOf(string group) => Read(() =>
    {
        var entries = _entries.Values.Where(entry => entry.Group == group).ToList();
        return (entries.Count, entries.Count(entry => entry.Arrivals > 0), entries.Sum(entry => Math.Max(0, entry.Arrivals - 1)));
    });

    /// <summary>The state in a few lines: counts, and the first names of what is missing or too much.</summary>
    public string Describe() => Read(() =>
    {
        var missing = _entries.Values.Where(entry => entry.Arrivals == 0).Take(10).Select(entry => entry.Name);
        var twice = _entries.Values.Where(entry => entry.Arrivals > 1).Take(10)
            .Select(entry => $"{entry.Name} x{entry.Arrivals} ({entry.MessageId})");
        var foreign = _foreign.Take(10).Select(arrived => $"{arrived.Bytes} B {arrived.RoutingKey} {arrived.MessageId}");
        return $"""
            {_entries.Count:N0} sent, {_entries.Count - _missing:N0} arrived, {_missing:N0} missing, {_duplicates:N0} duplicates, {_foreign.Count:N0} that nobody sent
              missing: {string.Join("; ", missing)}
              twice: {string.Join("; ", twice)}
              unknown: {string.Join("; ", foreign)}
            """;
    });

    private void EnterFirst(Entry entry, ArrivedEvent arrived)
    {
        entry.Arrivals = 1;
        entry.MessageId = arrived.MessageId;
        _missing--;
    }

    private void EnterAgain(Entry entry, ArrivedEvent arrived)
    {
        entry.Arrivals++;
        _duplicates++;
        if (entry.MessageId != arrived.MessageId)
            _renamed++;
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
            return read();
    }

    private sealed record Entry(string Name, string Group)
    {
        public int Arrivals { get; set; }

        public string? MessageId { get; set; }
    }
}

/// <summary>SHA-256 of an event's bytes: what stands for them in the ledger.</summary>
internal readonly record struct Sha(UInt128 High, UInt128 Low)
{
    public static Sha Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new Sha(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
