using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Wire;
using static System.FormattableString;

namespace Telemetry.Sending;

/// <summary>
/// Moves events from the buffer to the queue, in rounds: seal what fills messages, send it, and only when nothing fills
/// one any more seal the rest. While a round travels the buffer collects, so a busy sender sends full messages. A round goes on
/// when whoever began it waits no longer, as a flush whose time is over: else a queue slower than that time would get nothing,
/// ever.
/// </summary>
internal sealed class EventPump(
    EventBuffer buffer, BatchSender sender, SendCounters counters, TroubleReport trouble, TimeSpan roundTimeout,
    TimeProvider clock)
    : IAsyncDisposable
{
    private const int BatchesPerRound = 8;
    private const int BytesPerRound = 4 * 1024 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();

    // Begun by whoever has the turn, and not before the last one has ended; true when it sent what it had.
    private Task<bool> _round = Task.FromResult(true);

    // Owned by the round under way, else by whoever has the turn. Batches that were sealed keep their identity until the queue
    // has accepted them, so that one accepted without our learning of it is recognised as a duplicate.
    private readonly PooledBytes _lines = new(0);
    private readonly List<SealedBatch> _unsent = [];
    private BatchPacker? _packer;

    // Position of the first event in _lines, as the buffer counts them; lower where events behind it were dropped.
    private long _position;

    internal string? LastError { get; private set; }

    /// <summary>Sends until every event that is buffered now has left the client, or an attempt fails.</summary>
    /// <param name="fillMessages">Whether the rest may wait for the next round while fuller batches travel.</param>
    /// <param name="cancellationToken">Ends the waiting; what is under way goes on, what was not accepted stays.</param>
    /// <returns>False when sending failed; the reason is in <see cref="LastError"/>.</returns>
    internal async Task<bool> DrainAsync(bool fillMessages, CancellationToken cancellationToken)
    {
        var end = buffer.Appended;
        // A caller stops waiting when the pump is disposed.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _turn.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            // A round that an earlier caller began must end first. What it could not send is tried again here.
            await _round.WaitAsync(either.Token).ConfigureAwait(false);
            while (_unsent.Count > 0 || OldestUnsealed() < end)
            {
                _round = SendRoundAsync(fillMessages);
                if (!await _round.WaitAsync(either.Token).ConfigureAwait(false))
                    return false;
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the current round. Events that it has not sent are not sent any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        // The semaphore is not released, so a flush that comes now sees that the pump has ended. Source and semaphore are not
        // disposed: they hold only memory, and late flushes still use them.
        await _turn.WaitAsync().ConfigureAwait(false);
        await _round.ConfigureAwait(false);
        _lines.Dispose();
        foreach (var batch in _unsent)
            batch.Dispose();
    }

    private long OldestUnsealed() => _lines.Length > 0 ? _position : buffer.Removed;

    // The next round waits for the end of this one, so a call that is never answered must be ended.
    private async Task<bool> SendRoundAsync(bool fillMessages)
    {
        using var time = new TimeBudget(roundTimeout, clock, _stop.Token);
        try
        {
            await SendRoundWithinAsync(fillMessages, time.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            // Whatever stops sending must not reach the function's code.
            Fail(time.IsOver && e is OperationCanceledException
                ? $"the queue did not answer within {roundTimeout}"
                : FailureText.Of(e));
            return false;
        }
    }

    private void Fail(string problem)
    {
        if (_stop.IsCancellationRequested)
            return;
        LastError = problem;
        trouble.Failed(
            TroubleReport.Trouble.Sending, Invariant($"cannot send, {counters.Waiting} events wait: {problem}"));
    }

    private async Task SendRoundWithinAsync(bool fillMessages, CancellationToken cancellationToken)
    {
        _packer = await sender.PackerAsync(_packer, cancellationToken).ConfigureAwait(false);
        if (_unsent.Count == 0)
            Seal(_packer, fillMessages);
        if (_unsent.Count == 0)
            return;

        var messages = await sender.SendAsync(_packer, _unsent, cancellationToken).ConfigureAwait(false);
        counters.Sent(_unsent.Sum(batch => batch.Events), messages);
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
            if (_lines.Length == 0)
                _position = buffer.Removed;
            buffer.MoveTo(_lines, packer.BytesToFill);
            if (_lines.Length == 0 || (fillMessages && _unsent.Count > 0 && _lines.Length < packer.BytesToFill))
                return;
            var batch = sender.Pack(packer, _lines.Span, out var consumed, out var refusal);
            _lines.RemoveStart(consumed);
            _position += batch?.Events ?? 1;
            if (batch is null)
            {
                counters.Drop(1);
                trouble.Failed(TroubleReport.Trouble.Dropped, $"dropped an event: {refusal}");
                continue;
            }

            _unsent.Add(batch);
            bytes += batch.Length;
        }
    }
}
