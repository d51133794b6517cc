using System.Diagnostics.CodeAnalysis;
using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Makes a <see cref="SessionState"/> safe for several threads and does what it decides: attempts get their verdicts, metrics
/// count, a writer that waits for room goes on, and the owner is told.
/// </summary>
internal sealed class GuardedSessionState
{
    private readonly PublishContext _context;
    private readonly Action _statusChanged;
    private readonly long _opened;
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards all that follows. Whoever is told of a change or counts may ask for the status, so they are called outside of it.
    private readonly Lock _gate = new();
    private readonly List<SettledMessage> _settled = [];
    private readonly SessionState _state;
    private TaskCompletionSource? _room;
    private int _roomNeeded;

    /// <param name="context">What all sessions share.</param>
    /// <param name="nackLimit">The age from which on a nack retires the session.</param>
    /// <param name="statusChanged">Called, from any thread, when readiness or the reason for blocking has changed.</param>
    public GuardedSessionState(PublishContext context, TimeSpan nackLimit, Action statusChanged)
    {
        (_context, _statusChanged, _opened) = (context, statusChanged, context.Clock.GetTimestamp());
        var options = context.Options;
        _state = new SessionState(
            new SessionLimits(options.MaxOutstanding, options.MaxOutstandingBytes, options.ConfirmTimeout, nackLimit), _settled);
    }

    /// <summary>An input of the state. As long as it captures nothing, an answer of the broker allocates nothing.</summary>
    public delegate void Input<in T>(SessionState state, T argument, TimeSpan now);

    /// <summary>How the session stands.</summary>
    public SessionStatus Status
    {
        get
        {
            lock (_gate)
                return _state.Status;
        }
    }

    /// <summary>Ends when nothing is written or awaited any more.</summary>
    public Task GivenUp => _givenUp.Task;

    /// <summary>Ends with the reason once the session must be replaced.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Gives the state an input and does what follows from it.</summary>
    public void Feed<T>(Input<T> input, T argument)
    {
        SettledCount count;
        bool hasChanged;
        lock (_gate)
        {
            var before = _state.Status;
            input(_state, argument, Age);
            count = TellAttempts();
            TellWaiting();
            hasChanged = (before.IsReady, before.BlockedReason) != (_state.Status.IsReady, _state.Status.BlockedReason);
        }

        _context.Metrics.CountSettled(count);
        if (hasChanged)
            _statusChanged();
    }

    /// <summary>Counts a message if there is room for it. A message that was counted must be written at once.</summary>
    /// <param name="attempt">What the message belongs to.</param>
    /// <param name="index">Its index in the attempt.</param>
    /// <param name="message">The message.</param>
    /// <param name="room">To await before trying again, when the result is false.</param>
    /// <exception cref="PublishException">The session was given up.</exception>
    public bool TryCount(PublicationAttempt attempt, int index, in OutgoingMessage message, [NotNullWhen(false)] out Task? room)
    {
        room = null;
        lock (_gate)
        {
            if (_state.Status.GivenUpReason is { } reason)
                throw Failure(reason);
            if (_state.HasRoomFor(message.Body.Length))
            {
                _state.Write(attempt, index, message, Age);
                return true;
            }

            _roomNeeded = message.Body.Length;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
            return false;
        }
    }

    private TimeSpan Age => _context.Clock.GetElapsedTime(_opened);

    private SettledCount TellAttempts()
    {
        var count = default(SettledCount);
        foreach (var message in _settled)
        {
            count.Add(message);
            if (message.Verdict is Verdict.Unknown)
                message.Attempt.Fail(Failure(message.Detail!));
            else
                message.Attempt.Settle(message);
        }

        _settled.Clear();
        return count;
    }

    private void TellWaiting()
    {
        if (_state.Status.GivenUpReason is not null)
            _givenUp.TrySetResult();
        if (_state.Status.EndReason is { } reason)
            _ended.TrySetResult(reason);
        if (_room is null || !_state.ShouldResume(_roomNeeded))
            return;
        _room.TrySetResult();
        _room = null;
    }

    private PublishException Failure(string reason) => new($"{_context.Options.DisplayUri}: {reason}");
}
