using System.Runtime.InteropServices;
using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Decides what a publishing session does: which messages await an answer of the broker, what each answer settles, whether
/// another message may be written, and when the session must be replaced. It does no I/O and has no clock: <c>now</c> is the age
/// of the session. Not safe for several threads.
/// <code>
/// open --- a nack, and NackLimit has passed -------> retired --- no publication under way --> ended
///      --- no answer in time, the broker blocks ---> given up --- the broker unblocks ------> ended
///      --- no answer in time, closed, strange return ---------------------------------------> ended
/// </code>
/// </summary>
/// <param name="limits">Bounds and times.</param>
/// <param name="settled">Gets what each input settles; its owner empties it.</param>
internal sealed class SessionState(SessionLimits limits, List<SettledMessage> settled)
{
    private readonly Slot[] _slots = new Slot[limits.Messages];

    // The broker numbers the messages of a channel from 1. The slots from _oldest up to _next are in use; a message that is
    // settled keeps its slot until all before it are settled.
    private ulong _oldest = 1;
    private ulong _next = 1;
    private ulong _lastReturned;
    private bool _isNacked;
    private SessionStatus _status;

    /// <summary>How the session stands after the last input.</summary>
    public SessionStatus Status => _status;

    private int SlotsInUse => (int)(_next - _oldest);

    /// <summary>True when a message of that size may be written. One that is larger than the limit is written alone.</summary>
    public bool HasRoomFor(int bytes) =>
        SlotsInUse == 0 || (SlotsInUse < limits.Messages && _status.Bytes + bytes <= limits.Bytes);

    /// <summary>True when a writer that waits for room should go on: with a quarter free, so that it writes several.</summary>
    public bool ShouldResume(int bytes) => _status.GivenUpReason is not null || SlotsInUse == 0
        || (HasRoomFor(bytes) && SlotsInUse <= limits.Messages * 3L / 4 && _status.Bytes <= limits.Bytes / 4 * 3);

    /// <summary>A publication begins.</summary>
    public void Begin() => _status.Publications++;

    /// <summary>A publication has ended, in whatever way.</summary>
    public void Finish()
    {
        _status.Publications--;
        EndIfUnused();
    }

    /// <summary>A message is written next, so the broker counts it.</summary>
    /// <exception cref="InvalidOperationException">There is no room, or the session was given up.</exception>
    public void Write(PublicationAttempt attempt, int index, in OutgoingMessage message, TimeSpan now)
    {
        if (_status.GivenUpReason is not null || !HasRoomFor(message.Body.Length))
            throw new InvalidOperationException("the session takes no message now");
        SlotOf(_next++) = new Slot(
            attempt, index, message.Body.Length, now, message.Properties.MessageId, message.Exchange, message.RoutingKey);
        _status.Messages++;
        _status.Bytes += message.Body.Length;
    }

    /// <summary>The broker took a message, or all up to it. Those that it had returned are unroutable.</summary>
    public void Acknowledge(ulong tag, bool multiple, TimeSpan now) => Answer(tag, multiple, Verdict.Confirmed, now);

    /// <summary>The broker refused a message, or all up to it.</summary>
    public void Nack(ulong tag, bool multiple, TimeSpan now)
    {
        Answer(tag, multiple, Verdict.Nacked, now);
        _isNacked = true;
        RetireIfNacked(now);
    }

    /// <summary>
    /// The broker returned a message; its acknowledgement follows. The broker returns in the order of publishing, so this is the
    /// oldest message of that identity and destination that was not returned yet. If a binding changes between two such messages,
    /// each may get the other's answer; they are the same event, which then has been published once.
    /// </summary>
    public void Return(string? messageId, string exchange, string routingKey, string detail)
    {
        for (var sequence = Math.Max(_oldest, _lastReturned + 1); sequence < _next; sequence++)
        {
            ref var slot = ref SlotOf(sequence);
            if (slot.Attempt is null || slot.Id != messageId || slot.RoutingKey != routingKey || slot.Exchange != exchange)
                continue;
            slot.ReturnDetail = detail;
            _lastReturned = sequence;
            return;
        }

        // Answers and messages can no longer be told apart.
        Close($"the broker returned a message that is not outstanding ({detail})");
    }

    /// <summary>The broker blocks publishers.</summary>
    public void Block(string reason) => _status.BlockedReason = reason;

    /// <summary>The broker no longer blocks publishers. A session opened before would have been blocked too.</summary>
    public void Unblock()
    {
        _status.BlockedReason = null;
        if (_status.GivenUpReason is not null)
            Close("publications were given up while the broker blocked them");
    }

    /// <summary>Time has passed.</summary>
    public void Tick(TimeSpan now)
    {
        RetireIfNacked(now);
        if (_status.GivenUpReason is not null || SlotsInUse == 0 || now - SlotOf(_oldest).WrittenAt <= limits.ConfirmTimeout)
            return;
        if (_status.BlockedReason is { } blocked)
            GiveUp($"the broker has blocked publishing for longer than {limits.ConfirmTimeout}: {blocked}");
        else
            Close($"the broker did not answer within {limits.ConfirmTimeout} for the oldest of {_status.Messages} messages");
    }

    /// <summary>The channel is closed or can no longer be used.</summary>
    public void Close(string reason)
    {
        GiveUp(reason);
        _status.EndReason ??= reason;
    }

    private void Answer(ulong tag, bool multiple, Verdict verdict, TimeSpan now)
    {
        // Any other tag belongs to no outstanding message.
        if (tag < _oldest || tag >= _next)
            return;
        for (var sequence = multiple ? _oldest : tag; sequence <= tag; sequence++)
            Settle(ref SlotOf(sequence), verdict, now);
        while (_oldest < _next && SlotOf(_oldest).Attempt is null)
            _oldest++;
    }

    private void Settle(ref Slot slot, Verdict verdict, TimeSpan now)
    {
        if (slot.Attempt is not { } attempt)
            return;
        if (slot.ReturnDetail is not null)
            verdict = Verdict.Unroutable;
        if (_status.GivenUpReason is null)
        {
            _status.Messages--;
            _status.Bytes -= slot.Bytes;
            settled.Add(new SettledMessage(attempt, slot.Index, verdict, slot.ReturnDetail, now - slot.WrittenAt));
        }
        else if (verdict is Verdict.Confirmed)
        {
            settled.Add(new SettledMessage(attempt, slot.Index, Verdict.ConfirmedLate, Detail: null, now - slot.WrittenAt));
        }

        slot = default;
    }

    private void RetireIfNacked(TimeSpan now)
    {
        if (!_isNacked || now < limits.NackLimit)
            return;
        _status.IsRetired = true;
        EndIfUnused();
    }

    private void EndIfUnused()
    {
        if (_status is { IsRetired: true, Publications: 0 })
            Close("the broker nacked messages, which a new channel may get through");
    }

    // The slots stay in use, because a late confirm may come.
    private void GiveUp(string reason)
    {
        if (_status.GivenUpReason is not null)
            return;
        (_status.GivenUpReason, _status.Unanswered) = (reason, _status.Messages);
        (_status.Messages, _status.Bytes) = (0, 0);
        for (var sequence = _oldest; sequence < _next; sequence++)
        {
            if (SlotOf(sequence) is { Attempt: { } attempt, Index: var index })
                settled.Add(new SettledMessage(attempt, index, Verdict.Unknown, reason, Age: default));
        }
    }

    private ref Slot SlotOf(ulong sequence) => ref _slots[(int)(sequence % (ulong)_slots.Length)];

    // A message without its verdict; the default value is a free slot.
    [StructLayout(LayoutKind.Auto)]
    private record struct Slot(
        PublicationAttempt? Attempt, int Index, int Bytes, TimeSpan WrittenAt, string Id, string Exchange, string RoutingKey)
    {
        public string? ReturnDetail { get; set; }
    }
}
