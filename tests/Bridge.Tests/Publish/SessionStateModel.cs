using Bridge.Core.Publishing;
using Bridge.RabbitMq.Publishing;

namespace Bridge.Tests.Publish;

/// <summary>Plays writer and broker against a session's state at random, and knows the verdict of each message.</summary>
internal sealed class SessionStateModel
{
    private const int MaxBytes = 2_000;

    private readonly Random _random;
    private readonly string _seed;
    private readonly int _maxMessages;
    private readonly List<SettledMessage> _settled = [];
    private readonly List<Written> _written = [];
    private readonly SessionState _state;
    private readonly PublicationAttempt _attempt = new(new ListPublication(), new int[10_000]);
    private TimeSpan _now;
    private int _processed;

    public SessionStateModel(int seed)
    {
        _random = new Random(seed);
        _seed = $"seed {seed}";
        _maxMessages = _random.Next(1, 40);
        _state = new SessionState(
            new SessionLimits(_maxMessages, MaxBytes, TimeSpan.FromHours(1), TimeSpan.FromHours(1)), _settled);
    }

    private List<Written> Open => _written.FindAll(message => message.Verdict is null);

    public void Run()
    {
        for (var step = 0; step < 400; step++)
        {
            _now += TimeSpan.FromMilliseconds(_random.Next(3));
            Step();
            Check();
        }

        if (_random.Next(2) == 0)
            Close();
        else
            AnswerAll();
        Check();
        Assert.True(_written.TrueForAll(message => message.Verdict is not null), _seed);
        Assert.True(_state.Status is { Messages: 0, Bytes: 0 }, _seed);
    }

    private void Step()
    {
        if (_random.Next(2) == 0)
            Write();
        else if (_processed < _written.Count && _random.Next(2) == 0)
            Process();
        else if (_random.Next(10) == 0)
            AnswerStale();
        else
            AnswerSome();
    }

    private void Write()
    {
        // Few identities, so that many messages share one.
        var message = Some.Message($"id-{_random.Next(5)}", $"key-{_random.Next(4)}", _random.Next(400));
        var index = _written.Count;
        if (!_state.HasRoomFor(message.Body.Length))
        {
            Assert.True(_written.Count > 0, _seed);
            Assert.Throws<InvalidOperationException>(() => _state.Write(_attempt, index, message, _now));
            return;
        }

        _state.Write(_attempt, index, message, _now);
        _written.Add(new Written(message, _now));
    }

    // The broker reads the messages in order and returns some. Where a key leads depends on the key alone.
    private void Process()
    {
        var message = _written[_processed++];
        message.IsReturned = message.Message.RoutingKey is "key-2";
        if (message.IsReturned)
            _state.Return(message.Message.Properties.MessageId, message.Message.Exchange, "key-2", "312 NO_ROUTE");
    }

    // It answers those that it has read in any order.
    private void AnswerSome()
    {
        var open = Enumerable.Range(0, _processed).Where(number => _written[number].Verdict is null).ToList();
        if (open.Count > 0)
            Answer(open[_random.Next(open.Count)], multiple: _random.Next(3) == 0, isNack: _random.Next(5) == 0);
    }

    private void Answer(int last, bool multiple, bool isNack)
    {
        foreach (var message in multiple ? _written.Take(last + 1).Where(message => message.Verdict is null) : [_written[last]])
            message.Verdict = message.IsReturned ? Verdict.Unroutable : isNack ? Verdict.Nacked : Verdict.Confirmed;
        if (isNack)
            _state.Nack((ulong)last + 1, multiple, _now);
        else
            _state.Acknowledge((ulong)last + 1, multiple, _now);
    }

    // A number that was never given, or was answered before, settles nothing.
    private void AnswerStale()
    {
        var answered = _written.FindIndex(message => message.Verdict is not null);
        _state.Acknowledge((ulong)_written.Count + 1 + (ulong)_random.Next(3), multiple: _random.Next(2) == 0, _now);
        _state.Nack((ulong)Math.Max(0, answered + 1), multiple: false, _now);
    }

    private void AnswerAll()
    {
        while (_processed < _written.Count)
            Process();
        if (Open.Count > 0)
            Answer(_written.Count - 1, multiple: true, isNack: false);
    }

    private void Close()
    {
        foreach (var message in Open)
            message.Verdict = Verdict.Unknown;
        _state.Close("cut");
    }

    private void Check()
    {
        foreach (var settled in _settled)
        {
            var message = _written[settled.Index];
            Assert.True(message.IsSettled is false && message.Verdict == settled.Verdict, $"{_seed}, message {settled.Index}");
            Assert.True(settled.Verdict is Verdict.Unknown || settled.Age == _now - message.At, _seed);
            message.IsSettled = true;
        }

        _settled.Clear();
        Assert.True(_written.TrueForAll(message => message.IsSettled == message.Verdict is not null), _seed);
        var (open, bytes) = (Open.Count, Open.Sum(message => (long)message.Message.Body.Length));
        Assert.True(_state.Status.Messages == open && open <= _maxMessages, _seed);
        Assert.True(_state.Status.Bytes == bytes && bytes <= MaxBytes, _seed);
    }

    private sealed class Written(OutgoingMessage message, TimeSpan at)
    {
        public OutgoingMessage Message => message;

        public TimeSpan At => at;

        public bool IsReturned { get; set; }

        public Verdict? Verdict { get; set; }

        public bool IsSettled { get; set; }
    }
}
