using System.Buffers;
using System.Collections.Concurrent;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>
/// Offers what the spool holds in the order of its storing, and reads ahead while the sink has room. A batch is removed from the
/// spool when it is settled, in any order; what was settled and not yet removed before a kill is offered again as the same batch.
/// </summary>
/// <param name="spool">The spool.</param>
/// <param name="clock">Delays of retries.</param>
/// <param name="log">Told of damaged rows.</param>
internal sealed class SpoolSource(BatchSpool spool, TimeProvider clock, ILogger<SpoolSource> log) : ISource
{
    /// <summary>How messaging conventions call a spool; the conventions have no name for it.</summary>
    public const string System = "spool";

    private readonly TaskGroup _retries = new(log);

    // Rows that were offered and are not settled. They are not offered twice when the reading begins again.
    private readonly ConcurrentDictionary<long, OfferedRow> _offered = [];
    private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public SourceName Name { get; } = new(System, "spool", $"spool:{spool.Directory}");

    /// <inheritdoc/>
    public async Task RunAsync(ISink sink, CancellationToken stop)
    {
        try
        {
            await OfferAllAsync(sink, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was offered is settled below.
        }

        await _retries.WhenAllAsync();
        while (!_offered.IsEmpty)
        {
            var settled = Volatile.Read(ref _settled).Task;
            if (!_offered.IsEmpty)
                await settled;
            await _retries.WhenAllAsync();
        }
    }

    private async Task OfferAllAsync(ISink sink, CancellationToken stop)
    {
        var (after, openings) = (0L, -1);
        while (!stop.IsCancellationRequested)
        {
            var last = spool.Figures.LastId;
            if (spool.Openings is var now && now != openings)
                (after, openings) = (0, now);
            if (spool.FindNext(after) is not { } next)
            {
                if (_offered.IsEmpty)
                    spool.CheckSettled(last, openings);
                await spool.WaitForRowsAsync(last, openings, stop);
                continue;
            }

            after = next.Id;
            if (!_offered.ContainsKey(next.Id) && !spool.IsRemoved(next.Id))
                await OfferAsync(next.Id, next.Bytes, sink, stop);
        }
    }

    private async Task OfferAsync(long id, int bytes, ISink sink, CancellationToken stop)
    {
        var room = await sink.ReserveAsync(bytes, stop);
        if (spool.Read(id) is not { } batch)
        {
            room.Dispose();
            return;
        }

        var row = new OfferedRow(this, batch, sink, stop);
        _offered[id] = row;
        await OfferAsync(row, room);
    }

    private async Task OfferAsync(OfferedRow row, ByteBudget.Reservation room)
    {
        try
        {
            await row.Sink.OfferAsync(DeliveryOf(row) with { Room = room }, row.Stop);
        }
        catch
        {
            room.Dispose();
            Release(row);
            throw;
        }
    }

    private Delivery DeliveryOf(OfferedRow row)
    {
        var message = new SpooledMessage(row.Batch, Name.Address, row.Attempt);
        var refusal = row.Batch.Read(out var header);
        if (refusal is not null && row.Attempt == 1)
            SpoolLog.RowDamaged(log, row.Batch.Id, refusal.Detail);
        Payload payload = refusal is null
            ? new Payload.Batch(header, new ReadOnlySequence<byte>(message.Bytes[ChunkHeader.Size..]), [message])
            : new Payload.Refused(refusal, [message]);
        var origin = new DeliveryOrigin(Name, message.MessageId, row.Attempt) { EnqueuedAt = row.Batch.StoredAt };
        return new Delivery(payload, origin, row) { IsRepeatedHere = true };
    }

    private void Settle(OfferedRow row)
    {
        spool.Remove(new SettledRow(row.Batch.Id, row.Batch.Events, row.Batch.Bytes.Length));
        Release(row);
    }

    private void Release(OfferedRow row)
    {
        _offered.TryRemove(row.Batch.Id, out _);
        Interlocked.Exchange(ref _settled, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private void Retry(OfferedRow row, TimeSpan delay) => _retries.Run(() => RetryAsync(row, delay), static () => { });

    private async Task RetryAsync(OfferedRow row, TimeSpan delay)
    {
        ByteBudget.Reservation room;
        try
        {
            await Task.Delay(delay, clock, row.Stop);
            room = await row.Sink.ReserveAsync(row.Batch.Bytes.Length, row.Stop);
        }
        catch
        {
            // It stays in the spool, and is offered at the next start.
            Release(row);
            throw;
        }

        row.Attempt++;
        await OfferAsync(row, room);
    }

    /// <summary>A row that was offered; settles it.</summary>
    private sealed class OfferedRow(SpoolSource source, SpooledBatch batch, ISink sink, CancellationToken stop) : ISettlement
    {
        public SpooledBatch Batch { get; } = batch;

        public ISink Sink { get; } = sink;

        public CancellationToken Stop { get; } = stop;

        public long Attempt { get; set; } = 1;

        public ValueTask SettleAsync(Outcome outcome)
        {
            if (outcome.Kind is OutcomeKind.Retry)
                source.Retry(this, outcome.Delay);
            else
                source.Settle(this);
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A row of the spool as the message that it would have been in a queue.</summary>
internal sealed class SpooledMessage(SpooledBatch batch, string source, long attempt) : ISealedMessage
{
    /// <inheritdoc/>
    public string MessageId { get; } = ChunkHeader.Read(batch.Bytes, CodecLimits.Default, out var header) is null
        ? header.Batch.ToString()
        : FormattableString.Invariant($"spool-{batch.Id}");

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Bytes => batch.Bytes;

    /// <inheritdoc/>
    public string Source => source;

    /// <inheritdoc/>
    public long Attempt => attempt;

    public void Dispose()
    {
        // The array is not pooled.
    }
}
