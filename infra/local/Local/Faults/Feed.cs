namespace Local.Faults;

/// <summary>Fills one queue with numbered events: many small ones in few messages, and now and then a large one in chunks.</summary>
internal sealed class Feed(CloudQueue queue, Ledger ledger, int seed)
{
    private const int MostEventsInAMessage = 20;
    private const int OneLargeIn = 15;

    private readonly GeneratedEvents _events = new(seed);
    private readonly BatchWriter _batches = new(queue.Limits);
    private readonly Random _random = new(seed);
    private int _number;

    /// <summary>Sends events as far as the flow allows; each is in the ledger before the queue has it.</summary>
    public async Task SendAsync(int count, Flow flow, CancellationToken cancellationToken)
    {
        while (_number < count)
        {
            await flow.PassAsync((double)_number / count, cancellationToken);
            var texts = _random.Next(OneLargeIn) == 0 ? WriteLarge() : WriteSmall(Math.Min(count - _number, _random.Next(1, MostEventsInAMessage + 1)));
            await queue.PutUntilAcceptedAsync(texts, cancellationToken);
        }
    }

    /// <summary>The chunks of a batch that holds one large event, which the ledger now expects.</summary>
    public byte[][] WriteLarge()
    {
        // More than a message takes, on either queue.
        var json = _events.Dump(_random.Next(300_000, 600_000));
        Expect(json);
        return _batches.Write(json);
    }

    private byte[][] WriteSmall(int count)
    {
        var events = Enumerable.Range(0, count).Select(_ => _events.Small()).ToList();
        events.ForEach(Expect);
        return _batches.Write(events);
    }

    private void Expect(byte[] json) => ledger.Expect(json, $"{queue.Kind} {_number++} ({json.Length} B)");
}
