namespace Harness.Faults;

/// <summary>
/// Fills one queue with numbered events: many small ones in few messages, and now and then a large one in chunks.
/// </summary>
internal sealed class Feed(ConnectedQueue queue, EventLedger ledger, int seed)
{
    private const int MostEventsInAMessage = 20;
    private const int OneLargeIn = 15;

    private readonly GeneratedEvents _events = new(seed);
    private readonly BatchWriter _batches = new(queue.Limits);
    private readonly Random _random = new(seed);
    private int _number;
    private int _batch;
    private (int Every, int Bytes, DeadLetterAccount Account) _oversized = (int.MaxValue, 0, null!);

    /// <summary>
    /// From now on one batch of so many holds an event of more bytes than the broker takes, which must become a dead letter.
    /// </summary>
    public void Oversize(int every, int bytes, DeadLetterAccount account) => _oversized = (every, bytes, account);

    /// <summary>Sends events as far as the flow allows; each is in the ledger before the queue has it.</summary>
    public async Task SendAsync(int count, Flow flow, CancellationToken cancellationToken)
    {
        while (_number < count)
        {
            await flow.PassAsync((double)_number / count, cancellationToken);
            var texts = ++_batch % _oversized.Every == 0 ? WriteOversized()
                : _random.Next(OneLargeIn) == 0
                    ? WriteLarge()
                    : WriteSmall(Math.Min(count - _number, _random.Next(1, MostEventsInAMessage + 1)));
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

    // By turns alone in chunks, since it hardly compresses, and among small ones in one message, since it does.
    private byte[][] WriteOversized()
    {
        var isChunked = _batch / _oversized.Every % 2 == 0;
        var large = isChunked ? _events.Dump(_oversized.Bytes * 5 / 4) : _events.Padded(_oversized.Bytes * 5 / 4);
        _oversized.Account.ExpectRejected(large);
        if (isChunked)
            return _batches.Write(large);
        byte[][] small = [_events.Small(), _events.Small()];
        foreach (var json in small)
            Expect(json);
        return _batches.Write(large, small[0], small[1]);
    }

    private void Expect(byte[] json) => ledger.Expect(json, $"{queue.Kind} {_number++} ({json.Length} B)");
}
