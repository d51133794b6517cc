using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using Bridge.Core.DeadLetters;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Routing;
using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Publishes the events of a whole batch to the exchange. When a call returns, every event is confirmed in the exchange or as a
/// dead letter, except the dead letters that the call returns. The caller must wait for those before it settles the messages of
/// the batch. A further attempt does not publish settled events again.
/// </summary>
internal sealed class BatchDelivery(
    BatchOpener opener,
    EventRouter router,
    IPublisher publisher,
    IDeadLetters deadLetters,
    ByteBudget budget,
    string exchange,
    PipelineMetrics metrics)
{
    // The memory reserved for opening a batch: this many times its sealed size, and at least what this project's senders pack.
    private const int ExpectedRatio = 8;
    private const int MinExpected = BatchPacker.LargestBatch;

    private readonly PartlySettledBatches _partly = new();

    /// <summary>Opens a sealed batch. Afterwards the sealed bytes are not needed any more.</summary>
    public async Task<OpeningAttempt> OpenAsync(
        ChunkHeader header, ReadOnlySequence<byte> sealedBatch, CancellationToken cancellationToken)
    {
        var expected = (int)Math.Min(opener.Largest, Math.Max(MinExpected, sealedBatch.Length * ExpectedRatio));
        var attempt = await OpenAsync(header, sealedBatch, expected, cancellationToken);

        // The batch is compressed far more than telemetry usually is. The full size is reserved, so that several such batches at
        // once cannot exhaust the memory.
        return attempt.Refusal is { Reason: RefusalReason.TooLarge } && expected < opener.Largest
            ? await OpenAsync(header, sealedBatch, opener.Largest, cancellationToken)
            : attempt;
    }

    /// <summary>Publishes the events of an opened batch. The call may be repeated.</summary>
    /// <returns>
    /// Dead letters that the broker does not accept now. The caller waits for them and may close the opened batch before.
    /// </returns>
    /// <exception cref="PublishException">At least one event may not be confirmed.</exception>
    public Task<IReadOnlyList<UnacceptedLetter>> PublishAsync(
        ReadOnlyMemory<byte> lines, BatchOrigin origin, CancellationToken cancellationToken)
    {
        var refused = new List<RefusedEvent>();
        var dropped = new List<DroppedEvent>();
        var routed = router.Route(lines.Span, refused, dropped);
        var headers = EventHeaders.Create(origin, routed.Count + refused.Count + dropped.Count);
        return PublishAsync(origin, headers, lines, routed, refused, dropped, cancellationToken);
    }

    /// <summary>
    /// Publishes a plain event unchanged, with the attributes of its message, and with the message's trace when the event names
    /// none.
    /// </summary>
    /// <returns>Why the event is refused; null when it is confirmed.</returns>
    /// <exception cref="PublishException">The event may not be confirmed.</exception>
    public async Task<Refusal?> DeliverPlainAsync(
        ReadOnlyMemory<byte> json, BatchOrigin origin, CancellationToken cancellationToken)
    {
        var refused = new List<RefusedEvent>();
        var dropped = new List<DroppedEvent>();
        var routed = router.RoutePlain(json.Span, refused, dropped);
        if (refused is [var only])
            return new Refusal(only.Reason, only.Detail);
        if (routed is [{ TraceParent: null }] && ActivityContext.TryParse(origin.TraceParent, traceState: null, out _))
            routed[0] = routed[0] with { TraceParent = origin.TraceParent };
        var headers = EventHeaders.CreatePlain(origin);
        var left = await PublishAsync(origin, headers, json, routed, refused, dropped, cancellationToken);
        await deadLetters.WaitAsync(left, heldBytes: json.Length, cancellationToken);
        return null;
    }

    private async Task<OpeningAttempt> OpenAsync(
        ChunkHeader header, ReadOnlySequence<byte> sealedBatch, int most, CancellationToken cancellationToken)
    {
        var reservation = await budget.ReserveAsync(most, cancellationToken);
        try
        {
            if (opener.Open(header, sealedBatch, most, out var batch) is { } refusal)
            {
                reservation.Dispose();
                return new OpeningAttempt(refusal);
            }

            reservation.Resize(batch!.Capacity + router.MaxOpenedBytes(batch.Lines.Length));
            return new OpeningAttempt(batch, reservation);
        }
        catch
        {
            reservation.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyList<UnacceptedLetter>> PublishAsync(
        BatchOrigin origin,
        ImmutableArray<MessageHeader> headers,
        ReadOnlyMemory<byte> lines,
        List<RoutedEvent> routed,
        List<RefusedEvent> refused,
        List<DroppedEvent> dropped,
        CancellationToken cancellationToken)
    {
        var events = routed.Count + refused.Count + dropped.Count;
        metrics.CountOpened(events, lines.Length);
        var progress = _partly.GetProgress(origin.Batch, events);
        Settle(dropped, progress);
        refused.RemoveAll(item => progress.IsSettled(item.Ordinal));

        // The progress is remembered until all events are settled, even if this attempt fails.
        _partly.Remember(origin.Batch, progress);
        using var span = BridgeTracing.StartPublish(exchange, origin.Batch, routed);
        try
        {
            var publication = new EventPublication(exchange, origin, headers, lines, routed, progress);
            var refusals = await PublishAsync(publication, progress, origin, cancellationToken);
            (int, DeadMessage)[] dead =
            [
                .. refusals.Select(refusal => (routed[refusal.Index].Ordinal, Dead(publication[refusal.Index], refusal, origin))),
                .. refused.Select(item => (item.Ordinal, Dead(lines[item.Range], item, origin, headers))),
            ];
            var left = await KeepAsync(dead, progress, cancellationToken);
            if (left.Count == 0)
                _partly.Forget(origin.Batch);
            return left;
        }
        catch (Exception failure)
        {
            span.SetFailed(failure);
            throw;
        }
    }

    // A further attempt does not count them again.
    private void Settle(List<DroppedEvent> dropped, BatchProgress progress)
    {
        foreach (var item in dropped)
        {
            if (progress.IsSettled(item.Ordinal))
                continue;
            progress.Settle(item.Ordinal);
            metrics.CountDropped(item.Rule);
        }
    }

    private async Task<IReadOnlyList<PublishRefusal>> PublishAsync(
        EventPublication publication, BatchProgress progress, BatchOrigin origin, CancellationToken cancellationToken)
    {
        metrics.AddEventsInFlight(publication.Count);
        try
        {
            return await publisher.PublishAsync(publication, cancellationToken);
        }
        finally
        {
            metrics.AddEventsInFlight(-publication.Count);
            metrics.CountPublished(progress.TakeConfirmed(), origin.EnqueuedAt);
        }
    }

    private async Task<IReadOnlyList<UnacceptedLetter>> KeepAsync(
        (int Ordinal, DeadMessage Message)[] dead, BatchProgress progress, CancellationToken cancellationToken)
    {
        if (dead.Length == 0)
            return [];
        var left = await deadLetters.TryAsync([.. dead.Select(letter => letter.Message)], cancellationToken);
        var unkept = left.Select(letter => letter.Index).ToHashSet();
        for (var index = 0; index < dead.Length; index++)
        {
            if (!unkept.Contains(index))
                progress.Settle(dead[index].Ordinal);
        }

        return [.. left.Select(letter => letter.Detach())];
    }

    private DeadMessage Dead(in OutgoingMessage message, PublishRefusal refusal, BatchOrigin origin) => new()
    {
        MessageId = message.Properties.MessageId,
        Body = message.Body,
        Refusal = new Refusal(
            refusal.Reason is PublishRefusalReason.Unroutable ? RefusalReason.Unroutable : RefusalReason.Rejected,
            $"routing key '{message.RoutingKey}': {refusal.Detail}"),
        Source = origin.Source,
        ReceiveCount = origin.ReceiveCount,
        RoutingKey = message.RoutingKey,
        Exchange = message.Exchange == exchange ? null : message.Exchange,
        EventHeaders = message.Properties.Headers,
        TraceParent = message.Properties.TraceParent,
    };

    private static DeadMessage Dead(
        ReadOnlyMemory<byte> line, RefusedEvent refused, BatchOrigin origin, ImmutableArray<MessageHeader> headers) => new()
        {
            MessageId = $"{origin.Batch}-{refused.Ordinal}",
            Body = line,
            Refusal = new Refusal(refused.Reason, refused.Detail),
            Source = origin.Source,
            ReceiveCount = origin.ReceiveCount,
            EventHeaders = headers,
        };
}
