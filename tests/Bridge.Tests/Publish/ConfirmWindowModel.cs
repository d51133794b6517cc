using Bridge.Core.Publishing;
using Bridge.RabbitMq.Publishing;
using Bridge.Tests.Support;

namespace Bridge.Tests.Publish;

/// <summary>Plays writer and broker against a window at random, and keeps what each message should have been told.</summary>
internal sealed class ConfirmWindowModel
{
    private const int MaxBytes = 2_000;

    private readonly Random _random;
    private readonly ConfirmWindow _window;
    private readonly int _maxMessages;
    private readonly string _seed;
    private readonly List<Written> _written = [];
    private readonly List<(PendingPublication Pending, List<PublishRefusal> Expected)> _publications = [];
    private int _processed;
    private int _steps;

    public ConfirmWindowModel(int seed)
    {
        _random = new Random(seed);
        _seed = $"seed {seed}";
        _maxMessages = _random.Next(1, 40);
        _window = new ConfirmWindow(_maxMessages, MaxBytes, new FakeTimeProvider());
    }

    public async Task RunAsync()
    {
        for (var publication = 0; publication < 12; publication++)
            Write(_random.Next(1, 30));

        var fails = _random.Next(3) == 0;
        while (!fails && _written.Exists(message => !message.IsAnswered))
            PlayBroker();
        if (fails)
            _window.Fail(new PublishException("cut"));

        foreach (var (pending, expected) in _publications)
            await AssertAnswersAsync(pending, expected);
        Assert.True((_window.Messages, _window.Bytes) == (0, 0), _seed);
    }

    private void Write(int count)
    {
        var pending = new PendingPublication(count);
        var expected = new List<PublishRefusal>();
        _publications.Add((pending, expected));
        for (var index = 0; index < count; index++)
        {
            // Few identities, so that many messages share one.
            var message = Some.Message($"id-{_random.Next(5)}", $"key-{_random.Next(4)}", _random.Next(400));
            while (!_window.IsOpenFor(message.Body.Length, out var freed))
            {
                Assert.False(freed.IsCompleted && _written.TrueForAll(written => written.IsAnswered), _seed);
                PlayBroker();
            }

            _window.Add(pending, index, message);
            _written.Add(new Written(message, index, expected));
            AssertBounds();
            if (_random.Next(3) == 0)
                PlayBroker();
        }
    }

    // The broker reads messages in order, returning some, and answers those that it has read in any order.
    private void PlayBroker()
    {
        Assert.True(_steps++ < 100_000, $"{_seed}: the answers never end");
        if (_processed < _written.Count && _random.Next(2) == 0)
        {
            var message = _written[_processed++];
            var (id, key) = (message.Message.Properties.MessageId, message.Message.RoutingKey);

            // Where a key leads depends on the key: messages alike in identity and key share their fate.
            message.IsReturned = key is "key-2";
            if (message.IsReturned)
            {
                Assert.True(_window.TryReturn(id, message.Message.Exchange, key, "312 NO_ROUTE"), _seed);
            }

            return;
        }

        var open = Enumerable.Range(0, _processed).Where(number => !_written[number].IsAnswered).ToList();
        if (open.Count == 0)
            return;

        var (last, multiple, nack) = (open[_random.Next(open.Count)], _random.Next(3) == 0, _random.Next(5) == 0);
        foreach (var number in open.Where(number => number == last || (multiple && number < last)))
            _written[number].Answer(nack);
        _ = nack ? _window.Reject((ulong)last + 1, multiple) : _window.Acknowledge((ulong)last + 1, multiple);
    }

    private void AssertBounds()
    {
        var open = _written.FindAll(message => !message.IsAnswered);
        Assert.True(_window.Messages == open.Count && _window.Messages <= _maxMessages, _seed);
        Assert.True(_window.Bytes == open.Sum(message => message.Message.Body.Length) && _window.Bytes <= MaxBytes, _seed);
    }

    private async Task AssertAnswersAsync(PendingPublication pending, List<PublishRefusal> expected)
    {
        Assert.True(pending.Completion.IsCompleted, _seed);
        if (_written.Exists(message => message.Expected == expected && !message.IsAnswered))
            await Assert.ThrowsAsync<PublishException>(() => pending.Completion);
        else
            Assert.Equal(expected.OrderBy(refusal => refusal.Index), await pending.Completion);
    }

    private sealed class Written(OutgoingMessage message, int index, List<PublishRefusal> expected)
    {
        public OutgoingMessage Message => message;

        public List<PublishRefusal> Expected => expected;

        public bool IsReturned { get; set; }

        public bool IsAnswered { get; private set; }

        public void Answer(bool nack)
        {
            IsAnswered = true;
            if (IsReturned)
                expected.Add(new PublishRefusal(index, PublishRefusalReason.Unroutable, "312 NO_ROUTE"));
            else if (nack)
                expected.Add(new PublishRefusal(index, PublishRefusalReason.Nacked, "nacked by the broker"));
        }
    }
}
