using Telemetry.Codec;
using Telemetry.Queues;

namespace Telemetry.Sending;

/// <summary>
/// Moves events from the buffer to the queue, in rounds: seal what fills messages, send it, and only when nothing fills
/// one any more seal the rest. While a round travels the buffer collects, so a busy sender sends full messages.
/// </summary>
internal sealed class EventPump(EventBuffer buffer, BatchSender sender, SendCounters counters, TroubleReport trouble) : IDisposable
{
    private const int BatchesPerRound = 8;
    private const int BytesPerRound = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);

    // Owned by whoever has the turn. Batches that were sealed keep their identity until the queue has accepted them,
    // so that one accepted without our learning of it is recognised as a duplicate.
    private readonly PooledBytes _lines = new(0);
    private readonly List<SealedBatch> _unsent = [];
    private BatchPacker? _packer;

    internal string? LastError { get; private set; }

    /// <summary>Sends until <paramref name="left"/> events have left the buffer for good, or the attempt fails.</summary>
    /// <param name="left">As counted by <see cref="SendCounters.Left"/>.</param>
    /// <param name="fillMessages">Whether the rest may wait for the next round while fuller batches travel.</param>
    /// <param name="cancellationToken">Ends the attempt; what was not accepted stays.</param>
    /// <returns>False when sending failed; the reason is in <see cref="LastError"/>.</returns>
    internal async Task<bool> DrainAsync(long left, bool fillMessages, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (counters.Left < left && (_unsent.Count > 0 || _lines.Length > 0 || buffer.Bytes > 0))
                await SendRoundAsync(fillMessages, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever stops sending must not reach the function's code.
            LastError = e.Message;
            trouble.Failed($"cannot send, {counters.Current.Waiting} events wait: {e.Message}");
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _lines.Dispose();
        foreach (var batch in _unsent)
            batch.Dispose();
    }

    private async Task SendRoundAsync(bool fillMessages, CancellationToken cancellationToken)
    {
        _packer ??= await sender.CreatePackerAsync(cancellationToken);
        if (_unsent.Count == 0)
            Seal(_packer, fillMessages);
        if (_unsent.Count == 0)
            return;

        var messages = await sender.SendAsync(_unsent, cancellationToken);
        counters.SentBuffered(_unsent.Sum(batch => batch.Events), messages);
        foreach (var batch in _unsent)
            batch.Dispose();
        _unsent.Clear();
        LastError = null;
        trouble.Recovered();
    }

    private void Seal(BatchPacker packer, bool fillMessages)
    {
        var bytes = 0;
        while (_unsent.Count < BatchesPerRound && bytes < BytesPerRound)
        {
            buffer.MoveTo(_lines, packer.BytesToFill);
            if (_lines.Length == 0 || (fillMessages && _unsent.Count > 0 && _lines.Length < packer.BytesToFill))
                return;
            var batch = sender.Pack(packer, _lines.Span, out var consumed, out var refusal);
            _lines.RemoveStart(consumed);
            if (batch is null)
            {
                counters.DropBuffered(1);
                trouble.Failed($"dropped {refusal}");
                continue;
            }

            _unsent.Add(batch);
            bytes += batch.Length;
        }
    }
}
