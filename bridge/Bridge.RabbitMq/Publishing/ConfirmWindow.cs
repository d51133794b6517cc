using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>What one answer of the broker settled.</summary>
/// <param name="Confirmed">Messages taken by the broker.</param>
/// <param name="Refused">Messages returned or nacked.</param>
/// <param name="Latency">Age of the oldest of them; zero when there are none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Settled(int Confirmed, int Refused, TimeSpan Latency);

/// <summary>
/// The messages of a confirm channel that the broker has not answered yet: a ring indexed by publish sequence number, bounded by
/// count and by bytes. No I/O; safe for one writer and any number of answering threads.
/// </summary>
internal sealed class ConfirmWindow
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly Slot[] _slots;
    private readonly long _maxBytes;

    // Sequence numbers start at 1 on every confirm channel. Slots from _oldest up to _next are in use; some may be settled already.
    private ulong _oldest = 1;
    private ulong _next = 1;
    private ulong _lastReturned;
    private int _messages;
    private long _bytes;
    private TaskCompletionSource? _writer;
    private int _writerNeeds;
    private PublishException? _failure;

    /// <param name="maxMessages">Bound on the messages, at least 1.</param>
    /// <param name="maxBytes">Bound on their bodies; one larger message is let through alone.</param>
    /// <param name="clock">Tells the age of messages.</param>
    public ConfirmWindow(int maxMessages, long maxBytes, TimeProvider clock)
    {
        _slots = new Slot[maxMessages];
        _maxBytes = maxBytes;
        _clock = clock;
    }

    /// <summary>Unanswered messages.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>Bytes of their bodies.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How long the oldest message has been unanswered; zero when there is none.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_lock)
            {
                return _failure is not null || _oldest == _next
                    ? TimeSpan.Zero
                    : _clock.GetElapsedTime(SlotOf(_oldest).WrittenAt);
            }
        }
    }

    /// <summary>True when a message of that size may be added now; also when the window has failed and adding will throw.</summary>
    /// <param name="bytes">Bytes of the message's body.</param>
    /// <param name="freed">To await before asking again, when the result is false.</param>
    public bool IsOpenFor(int bytes, [NotNullWhen(false)] out Task? freed)
    {
        lock (_lock)
        {
            freed = null;
            if (_failure is not null || HasSpaceFor(bytes))
                return true;

            _writerNeeds = bytes;
            _writer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            freed = _writer.Task;
            return false;
        }
    }

    /// <summary>Takes the next sequence number for a message that is about to be written. The caller has seen space for it.</summary>
    /// <exception cref="PublishException">The window has failed.</exception>
    public void Add(PendingPublication publication, int index, in OutgoingMessage message)
    {
        lock (_lock)
        {
            if (_failure is not null)
                throw new PublishException(_failure.Message, _failure);

            SlotOf(_next) = new Slot
            {
                Publication = publication,
                Index = index,
                Bytes = message.Body.Length,
                WrittenAt = _clock.GetTimestamp(),
                MessageId = message.Properties.MessageId,
                Exchange = message.Exchange,
                RoutingKey = message.RoutingKey,
            };
            _next++;
            _messages++;
            _bytes += message.Body.Length;
        }
    }

    /// <summary>
    /// Remembers that the broker returned a message; its acknowledgement follows. The message is the oldest one with that identity
    /// and destination that was not returned yet: the broker returns in the order of publishing. Should a binding change between
    /// two such messages, the one may get the other's answer; being the same event, one of them has been published then.
    /// </summary>
    /// <returns>False when no such message is outstanding: answers and messages can no longer be told apart.</returns>
    public bool TryReturn(string? messageId, string exchange, string routingKey, string detail)
    {
        lock (_lock)
        {
            for (var sequence = Math.Max(_oldest, _lastReturned + 1); sequence < _next; sequence++)
            {
                ref var slot = ref SlotOf(sequence);
                if (slot.Publication is null || slot.MessageId != messageId
                    || slot.RoutingKey != routingKey || slot.Exchange != exchange)
                {
                    continue;
                }

                slot.ReturnDetail = detail;
                _lastReturned = sequence;
                return true;
            }

            return false;
        }
    }

    /// <summary>The broker took a message, or all up to it; those returned before are refused as unroutable.</summary>
    public Settled Acknowledge(ulong sequence, bool multiple) => Settle(sequence, multiple, nack: false);

    /// <summary>The broker refused a message, or all up to it.</summary>
    public Settled Reject(ulong sequence, bool multiple) => Settle(sequence, multiple, nack: true);

    /// <summary>
    /// Fails every publication with an unanswered message, and refuses further ones. The first failure counts. A later confirm is
    /// still reported to its publication, so that the message is not published again.
    /// </summary>
    /// <returns>Number of messages whose outcome is now unknown.</returns>
    public int Fail(PublishException failure)
    {
        lock (_lock)
        {
            if (_failure is not null)
                return 0;

            _failure = failure;
            var unanswered = _messages;
            for (var sequence = _oldest; sequence < _next; sequence++)
                SlotOf(sequence).Publication?.Fail(new PublishException(failure.Message, failure));

            _messages = 0;
            _bytes = 0;
            WakeWriter();
            return unanswered;
        }
    }

    private Settled Settle(ulong sequence, bool multiple, bool nack)
    {
        lock (_lock)
        {
            // A sequence number outside the window belongs to a message that was given up.
            if (sequence >= _next || (!multiple && sequence < _oldest))
                return default;

            var settled = default(Settled);
            for (var current = multiple ? _oldest : sequence; current <= sequence; current++)
                settled = SettleOne(ref SlotOf(current), nack, settled);
            while (_oldest < _next && SlotOf(_oldest).Publication is null)
                _oldest++;
            if (_writer is not null && HasSpaceFor(_writerNeeds) && IsWorthWaking())
                WakeWriter();
            return _failure is null ? settled : default;
        }
    }

    private Settled SettleOne(ref Slot slot, bool nack, Settled settled)
    {
        if (slot.Publication is not { } publication)
            return settled;

        var (index, returned, age) = (slot.Index, slot.ReturnDetail, _clock.GetElapsedTime(slot.WrittenAt));
        if (_failure is null)
        {
            _messages--;
            _bytes -= slot.Bytes;
        }

        slot = default;

        var latency = age > settled.Latency ? age : settled.Latency;
        if (returned is null && !nack)
        {
            publication.Confirm(index);
            return settled with { Confirmed = settled.Confirmed + 1, Latency = latency };
        }

        publication.Refuse(returned is null
            ? new PublishRefusal(index, PublishRefusalReason.Nacked, "nacked by the broker")
            : new PublishRefusal(index, PublishRefusalReason.Unroutable, returned));
        return settled with { Refused = settled.Refused + 1, Latency = latency };
    }

    private bool HasSpaceFor(int bytes) =>
        _oldest == _next || (_next - _oldest < (ulong)_slots.Length && _bytes + bytes <= _maxBytes);

    // One wake-up a quarter of the window, not one a message: the writer then writes a run.
    private bool IsWorthWaking() =>
        _oldest == _next || (_next - _oldest <= (ulong)_slots.Length * 3 / 4 && _bytes <= _maxBytes / 4 * 3);

    private void WakeWriter()
    {
        _writer?.TrySetResult();
        _writer = null;
    }

    private ref Slot SlotOf(ulong sequence) => ref _slots[(int)(sequence % (ulong)_slots.Length)];

    private struct Slot
    {
        public PendingPublication? Publication;
        public int Index;
        public int Bytes;
        public long WrittenAt;
        public string MessageId;
        public string Exchange;
        public string RoutingKey;
        public string? ReturnDetail;
    }
}
