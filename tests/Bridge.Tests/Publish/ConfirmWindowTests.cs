using Bridge.Core.Publishing;
using Bridge.RabbitMq.Publishing;
using Bridge.Tests.Support;

namespace Bridge.Tests.Publish;

public sealed class ConfirmWindowTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task An_answer_with_multiple_settles_everything_up_to_it()
    {
        var window = new ConfirmWindow(10, 1_000_000, _clock);
        var pending = Add(window, Some.Messages(5));

        Assert.Equal(new Settled(4, 0, TimeSpan.Zero), window.Acknowledge(4, multiple: true));
        Assert.False(pending.Completion.IsCompleted);
        Assert.Equal(new Settled(0, 1, TimeSpan.Zero), window.Reject(5, multiple: false));

        Assert.Equal([new PublishRefusal(4, PublishRefusalReason.Nacked, "nacked by the broker")], await AnswersOf(pending));
        Assert.Equal((0, 0L), (window.Messages, window.Bytes));
    }

    [Fact]
    public void Answers_to_messages_unknown_or_settled_already_change_nothing()
    {
        var window = new ConfirmWindow(10, 1_000_000, _clock);
        Add(window, Some.Messages(3));
        window.Acknowledge(2, multiple: false);

        Assert.Equal(default, window.Acknowledge(2, multiple: false));
        Assert.Equal(default, window.Acknowledge(4, multiple: true));
        Assert.Equal(default, window.Reject(0, multiple: false));
        Assert.Equal(2, window.Messages);
    }

    [Fact]
    public async Task A_returned_message_is_unroutable_once_its_acknowledgement_comes()
    {
        var window = new ConfirmWindow(10, 1_000_000, _clock);
        var pending = Add(window, [Some.Message("a"), Some.Message("b"), Some.Message("b"), Some.Message("b", "elsewhere")]);

        Assert.True(Return(window, "b"));
        Assert.True(Return(window, "b", "elsewhere"));
        Assert.False(Return(window, "c"));
        window.Acknowledge(4, multiple: true);

        Assert.Equal(
            [new(1, PublishRefusalReason.Unroutable, "312 NO_ROUTE"), new(3, PublishRefusalReason.Unroutable, "312 NO_ROUTE")],
            await AnswersOf(pending));
    }

    [Fact]
    public void A_return_belongs_to_the_oldest_message_of_that_identity_that_was_not_returned_yet()
    {
        var window = new ConfirmWindow(10, 1_000_000, _clock);
        Add(window, [Some.Message("a"), Some.Message("a")]);

        Assert.True(Return(window, "a"));
        Assert.True(Return(window, "a"));
        Assert.False(Return(window, "a"));
    }

    [Fact]
    public async Task A_confirm_that_comes_after_the_failure_is_still_told_to_its_publication()
    {
        var window = new ConfirmWindow(4, 1_000_000, _clock);
        var publication = new ConfirmedPublication(3);
        var pending = new PendingPublication(3, publication);
        for (var index = 0; index < 3; index++)
            window.Add(pending, index, Some.Message(index));
        window.Acknowledge(2, multiple: false);

        window.Fail(new PublishException("cut"));
        window.Acknowledge(1, multiple: true);
        window.Reject(3, multiple: false);

        Assert.Equal([1, 0], publication.Confirmed);
        Assert.Equal((0, 0), (window.Messages, window.Bytes));
        await Assert.ThrowsAsync<PublishException>(() => pending.Completion);
    }

    [Fact]
    public void The_count_bounds_the_window()
    {
        var window = new ConfirmWindow(4, 1_000_000, _clock);
        Add(window, Some.Messages(4));

        Assert.False(window.IsOpenFor(1, out var freed));
        window.Acknowledge(1, multiple: false);
        Assert.True(freed.IsCompleted);
        Assert.True(window.IsOpenFor(1, out _));
    }

    [Fact]
    public void An_unanswered_message_keeps_its_place_in_the_ring()
    {
        var window = new ConfirmWindow(4, 1_000_000, _clock);
        Add(window, Some.Messages(4));
        window.Acknowledge(2, multiple: false);
        window.Acknowledge(3, multiple: false);
        window.Acknowledge(4, multiple: false);

        Assert.False(window.IsOpenFor(1, out _));
        window.Acknowledge(1, multiple: false);
        Assert.True(window.IsOpenFor(1, out _));
    }

    [Fact]
    public void The_bytes_bound_the_window_but_a_larger_message_passes_alone()
    {
        var window = new ConfirmWindow(100, 1_000, _clock);
        Assert.True(window.IsOpenFor(5_000, out _));
        Add(window, [Some.Message("large", bytes: 5_000)]);

        Assert.False(window.IsOpenFor(1, out var freed));
        window.Acknowledge(1, multiple: false);
        Assert.True(freed.IsCompleted);
        Assert.True(window.IsOpenFor(600, out _));
        Add(window, [Some.Message("small", bytes: 600)]);
        Assert.True(window.IsOpenFor(400, out _));
        Assert.False(window.IsOpenFor(401, out _));
    }

    [Fact]
    public void A_waiting_writer_is_woken_for_a_quarter_of_the_window_not_for_each_message()
    {
        var window = new ConfirmWindow(8, 1_000_000, _clock);
        Add(window, Some.Messages(8));
        Assert.False(window.IsOpenFor(1, out var freed));

        window.Acknowledge(1, multiple: false);
        Assert.False(freed.IsCompleted);
        window.Acknowledge(2, multiple: false);
        Assert.True(freed.IsCompleted);
    }

    [Fact]
    public void The_age_is_that_of_the_oldest_message_without_an_answer()
    {
        var window = new ConfirmWindow(10, 1_000_000, _clock);
        Assert.Equal(TimeSpan.Zero, window.OldestAge);
        Add(window, Some.Messages(1));
        _clock.Advance(TimeSpan.FromSeconds(3));
        Add(window, Some.Messages(2));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(4), window.OldestAge);
        Assert.Equal(new Settled(1, 0, TimeSpan.FromSeconds(4)), window.Acknowledge(1, multiple: false));
        Assert.Equal(TimeSpan.FromSeconds(1), window.OldestAge);
        window.Acknowledge(3, multiple: true);
        Assert.Equal(TimeSpan.Zero, window.OldestAge);
    }

    [Fact]
    public async Task A_failure_fails_what_is_outstanding_lets_a_waiting_writer_go_and_stays()
    {
        var window = new ConfirmWindow(2, 1_000_000, _clock);
        var answered = Add(window, Some.Messages(1));
        window.Acknowledge(1, multiple: false);
        var (first, second) = (Add(window, Some.Messages(1)), Add(window, Some.Messages(1)));
        Assert.False(window.IsOpenFor(1, out var freed));

        Assert.Equal(2, window.Fail(new PublishException("cut")));
        Assert.Equal(0, window.Fail(new PublishException("later")));

        Assert.Empty(await AnswersOf(answered));
        Assert.Equal("cut", (await Assert.ThrowsAsync<PublishException>(() => AnswersOf(first))).Message);
        Assert.Equal("cut", (await Assert.ThrowsAsync<PublishException>(() => AnswersOf(second))).Message);
        Assert.True(freed.IsCompleted);
        Assert.True(window.IsOpenFor(1, out _));
        Assert.Equal("cut", Assert.Throws<PublishException>(() => Add(window, Some.Messages(1))).Message);
        Assert.Equal(default, window.Acknowledge(3, multiple: true));
    }

    // Against a plain model: whatever the order of writing, returning and answering, every message gets the answer that the broker
    // gave for its sequence number, and the bounds hold.
    [Fact]
    public async Task Whatever_the_order_of_answers_each_message_gets_its_own()
    {
        for (var seed = 0; seed < 500; seed++)
            await new ConfirmWindowModel(seed).RunAsync();
    }

    private static PendingPublication Add(ConfirmWindow window, IEnumerable<OutgoingMessage> messages)
    {
        OutgoingMessage[] all = [.. messages];
        var pending = new PendingPublication(all.Length);
        for (var index = 0; index < all.Length; index++)
            window.Add(pending, index, all[index]);
        return pending;
    }

    // The window answers before its method returns: there is nothing to wait for.
    private static Task<IReadOnlyList<PublishRefusal>> AnswersOf(PendingPublication pending)
    {
        Assert.True(pending.Completion.IsCompleted, "some messages have no answer");
        return pending.Completion;
    }

    private static bool Return(ConfirmWindow window, string id, string routingKey = "logs.orders.info") =>
        window.TryReturn(id, VirtualHost.Exchange, routingKey, "312 NO_ROUTE");

    private sealed class ConfirmedPublication(int count) : IPublication
    {
        public List<int> Confirmed { get; } = [];

        public int Count => count;

        public OutgoingMessage this[int index] => Some.Message(index);

        public void OnConfirmed(int index) => Confirmed.Add(index);
    }
}
