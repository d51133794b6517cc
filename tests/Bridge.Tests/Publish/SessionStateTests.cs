using Bridge.Core.Publishing;
using Bridge.RabbitMq.Publishing;

namespace Bridge.Tests.Publish;

public sealed class SessionStateTests
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NackLimit = TimeSpan.FromSeconds(5);

    private readonly List<SettledMessage> _settled = [];
    private readonly PublicationAttempt _attempt = new(new ListPublication([.. Some.Messages(100)]));
    private int _index;

    [Fact]
    public void An_answer_with_multiple_settles_everything_up_to_it()
    {
        var state = Open(5);
        state.Acknowledge(2, multiple: false, default);
        Assert.Equal([(1, Verdict.Confirmed)], Settled());

        state.Acknowledge(4, multiple: true, default);
        Assert.Equal([(0, Verdict.Confirmed), (2, Verdict.Confirmed), (3, Verdict.Confirmed)], Settled());
        state.Nack(5, multiple: true, default);

        Assert.Equal([(4, Verdict.Nacked)], Settled());
        Assert.Equal((0, 0L), (state.Status.Messages, state.Status.Bytes));
    }

    [Fact]
    public void A_nack_settles_its_message_alone_while_others_are_outstanding()
    {
        var state = Open(3);

        state.Nack(2, multiple: false, default);
        Assert.Equal([(1, Verdict.Nacked)], Settled());
        Assert.Equal(2, state.Status.Messages);
        state.Acknowledge(3, multiple: true, default);

        Assert.Equal([(0, Verdict.Confirmed), (2, Verdict.Confirmed)], Settled());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(ulong.MaxValue, true)]
    public void A_tag_that_is_settled_or_was_never_given_settles_nothing(ulong tag, bool multiple)
    {
        var state = Open(4);
        state.Acknowledge(1, multiple: false, default);
        state.Acknowledge(3, multiple: false, default);
        Settled();

        state.Acknowledge(tag, multiple, default);
        state.Nack(tag, multiple, default);

        Assert.Empty(Settled());
        Assert.Equal(2, state.Status.Messages);
    }

    [Fact]
    public void A_slot_that_was_used_before_does_not_answer_for_the_next_message_in_it()
    {
        var state = Open(4, maxMessages: 4);
        Return(state, "id-0");
        state.Acknowledge(4, multiple: true, default);
        Settled();
        Write(state, 1);

        state.Acknowledge(1, multiple: false, default);
        Assert.Empty(Settled());
        state.Acknowledge(5, multiple: false, default);

        Assert.Equal([(4, Verdict.Confirmed)], Settled());
    }

    [Fact]
    public void A_returned_message_is_unroutable_once_its_answer_comes_even_a_nack()
    {
        var state = Open(0);
        Write(state, Some.Message("a"), Some.Message("b"), Some.Message("b"), Some.Message("b", "elsewhere"), Some.Message("c"));

        Return(state, "b");
        Return(state, "b", "elsewhere");
        Return(state, "c");
        Assert.Empty(_settled);
        state.Acknowledge(4, multiple: true, default);
        state.Nack(5, multiple: false, default);

        Assert.Equal(
            ["312 NO_ROUTE", "312 NO_ROUTE", "312 NO_ROUTE"], _settled.Select(message => message.Detail).OfType<string>());
        Assert.Equal(
            [
                (0, Verdict.Confirmed), (1, Verdict.Unroutable), (2, Verdict.Confirmed), (3, Verdict.Unroutable),
                (4, Verdict.Unroutable),
            ],
            Settled());
    }

    [Fact]
    public void Each_return_belongs_to_the_oldest_message_of_that_identity_without_one_and_one_too_many_ends_the_session()
    {
        var state = Open(0);
        Write(state, Some.Message("a"), Some.Message("a"), Some.Message("b"));

        Return(state, "a");
        Return(state, "a");
        Assert.Null(state.Status.EndReason);
        Return(state, "a");

        Assert.Equal("the broker returned a message that is not outstanding (312 NO_ROUTE)", state.Status.EndReason);
        Assert.Equal([(0, Verdict.Unknown), (1, Verdict.Unknown), (2, Verdict.Unknown)], Settled());
    }

    [Fact]
    public void The_number_of_messages_is_bounded_and_an_unanswered_message_keeps_its_slot()
    {
        var state = Open(4, maxMessages: 4);

        state.Acknowledge(2, multiple: false, default);
        state.Acknowledge(3, multiple: false, default);
        state.Acknowledge(4, multiple: false, default);
        Assert.False(state.HasRoomFor(1));
        Assert.Throws<InvalidOperationException>(() => Write(state, 1));

        state.Acknowledge(1, multiple: false, default);
        Assert.True(state.HasRoomFor(1));
    }

    [Fact]
    public void The_bytes_are_bounded_but_a_larger_message_is_written_alone()
    {
        var state = Open(0, maxBytes: 1_000);
        Assert.True(state.HasRoomFor(5_000));
        Write(state, Some.Message("large", bytes: 5_000));
        Assert.False(state.HasRoomFor(1));
        Assert.False(state.ShouldResume(1));

        state.Acknowledge(1, multiple: false, default);
        Assert.True(state.ShouldResume(5_000));
        Write(state, Some.Message("small", bytes: 600));
        Assert.True(state.HasRoomFor(400));
        Assert.False(state.HasRoomFor(401));
    }

    [Fact]
    public void A_writer_that_waits_goes_on_when_a_quarter_is_free_not_for_each_answer()
    {
        var state = Open(8, maxMessages: 8);

        state.Acknowledge(1, multiple: false, default);
        Assert.Equal((true, false), (state.HasRoomFor(1), state.ShouldResume(1)));
        state.Acknowledge(2, multiple: false, default);
        Assert.True(state.ShouldResume(1));
    }

    [Fact]
    public void The_age_of_a_message_is_told_with_its_verdict()
    {
        var state = Open(0);
        Write(state, Some.Message("a"));
        state.Write(_attempt, 1, Some.Message("b"), Seconds(3));

        state.Acknowledge(2, multiple: true, Seconds(4));

        Assert.Equal([Seconds(4), Seconds(1)], _settled.Select(message => message.Age));
    }

    [Fact]
    public void When_the_oldest_message_is_too_old_the_session_ends_and_what_is_outstanding_is_unknown()
    {
        var state = Open(0);
        Write(state, Some.Message("a"), Some.Message("b"));
        state.Write(_attempt, 2, Some.Message("c"), Seconds(20));
        state.Acknowledge(1, multiple: false, Seconds(25));
        Settled();

        state.Tick(Seconds(30));
        Assert.True(state.Status.IsReady);
        state.Tick(Seconds(30.1));

        Assert.Equal([(1, Verdict.Unknown), (2, Verdict.Unknown)], Settled());
        Assert.Equal("the broker did not answer within 00:00:30 for the oldest of 2 messages", state.Status.EndReason);
        Assert.Equal((2, 0, 0L), (state.Status.Unanswered, state.Status.Messages, state.Status.Bytes));
        Assert.False(state.Status.IsReady);
        Assert.True(state.ShouldResume(1));
        Assert.Throws<InvalidOperationException>(() => Write(state, 1));
    }

    [Fact]
    public void An_answered_message_does_not_time_out()
    {
        var state = Open(2);
        state.Acknowledge(1, multiple: false, default);
        state.Tick(ConfirmTimeout);
        state.Acknowledge(2, multiple: false, ConfirmTimeout);

        state.Tick(TimeSpan.FromDays(1));

        Assert.True(state.Status.IsReady);
    }

    [Fact]
    public void While_the_broker_blocks_a_session_is_given_up_in_time_but_ends_only_when_the_broker_unblocks()
    {
        var state = Open(1);
        state.Block("low on memory");
        Assert.False(state.Status.IsReady);

        state.Tick(Seconds(31));
        state.Tick(Seconds(60));
        Assert.Equal([(0, Verdict.Unknown)], Settled());
        Assert.Equal("the broker has blocked publishing for longer than 00:00:30: low on memory", state.Status.GivenUpReason);
        Assert.Null(state.Status.EndReason);

        state.Unblock();
        Assert.Equal("publications were given up while the broker blocked them", state.Status.EndReason);
        Assert.Empty(_settled);
    }

    [Fact]
    public void A_session_that_was_blocked_for_a_short_time_goes_on()
    {
        var state = Open(1);
        state.Block("low on memory");
        state.Tick(Seconds(29));
        state.Unblock();
        Assert.True(state.Status.IsReady);

        state.Acknowledge(1, multiple: false, Seconds(29));
        Assert.Equal([(0, Verdict.Confirmed)], Settled());
    }

    [Fact]
    public void After_a_nack_and_the_limit_the_session_takes_nothing_new_and_ends_with_its_last_publication()
    {
        var state = Open(2);
        state.Begin();
        state.Begin();
        state.Nack(1, multiple: false, NackLimit - Seconds(1));
        Assert.True(state.Status.IsReady);

        state.Tick(NackLimit);
        Assert.Equal((true, false), (state.Status.IsRetired, state.Status.IsReady));
        state.Finish();
        Assert.Null(state.Status.EndReason);
        state.Acknowledge(2, multiple: false, NackLimit);
        Assert.Equal([(0, Verdict.Nacked), (1, Verdict.Confirmed)], Settled());
        state.Finish();

        Assert.Equal("the broker nacked messages, which a new channel may get through", state.Status.EndReason);
    }

    [Fact]
    public void A_nack_after_the_limit_ends_an_unused_session_at_once_and_no_time_ends_one_without_nacks()
    {
        var state = Open(1);
        state.Begin();
        state.Acknowledge(1, multiple: false, default);
        state.Finish();
        state.Tick(TimeSpan.FromDays(1));
        Assert.True(state.Status.IsReady);

        state.Nack(1, multiple: false, TimeSpan.FromDays(1));
        Assert.True(state.Status is { IsRetired: true, EndReason: not null });
    }

    [Fact]
    public void Of_several_reasons_to_end_the_first_counts()
    {
        var state = Open(2);

        state.Close("cut");
        state.Close("later");
        state.Tick(TimeSpan.FromDays(1));

        Assert.Equal(("cut", "cut", 2), (state.Status.EndReason, state.Status.GivenUpReason, state.Status.Unanswered));
        Assert.All(_settled, message => Assert.Equal("cut", message.Detail));
        Assert.Equal([(0, Verdict.Unknown), (1, Verdict.Unknown)], Settled());
    }

    [Fact]
    public void A_confirm_that_comes_late_is_told_and_a_late_refusal_is_not()
    {
        var state = Open(4);
        Return(state, "id-3");
        state.Acknowledge(2, multiple: false, default);
        state.Close("cut");
        Settled();

        state.Acknowledge(1, multiple: true, default);
        state.Nack(3, multiple: false, default);
        state.Acknowledge(4, multiple: false, default);
        state.Acknowledge(4, multiple: true, default);

        Assert.Equal([(0, Verdict.ConfirmedLate)], Settled());
        Assert.Equal((0, 0L), (state.Status.Messages, state.Status.Bytes));
    }

    // Against a plain model: whatever the order of writing, returning and answering, every message gets its own verdict once, and
    // the bounds hold.
    [Fact]
    public void Whatever_the_order_of_inputs_each_message_gets_its_own_verdict_once()
    {
        for (var seed = 0; seed < 500; seed++)
            new SessionStateModel(seed).Run();
    }

    [Fact]
    public void Writing_and_answering_allocate_nothing()
    {
        var state = Open(0, maxMessages: 200);
        var message = Some.Message("a");
        Play();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Play();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Play()
        {
            for (var number = 0; number < 10_000; number++)
            {
                state.Write(_attempt, index: 0, message, Seconds(number));
                if (number % 100 != 99)
                    continue;
                _settled.Clear();
                state.Acknowledge((ulong)(_index += 100), multiple: true, Seconds(number));
            }

            _settled.Clear();
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static void Return(SessionState state, string id, string routingKey = "logs.orders.info") =>
        state.Return(id, VirtualHost.Exchange, routingKey, "312 NO_ROUTE");

    private SessionState Open(int written, int maxMessages = 10, long maxBytes = 1_000_000)
    {
        var state = new SessionState(new SessionLimits(maxMessages, maxBytes, ConfirmTimeout, NackLimit), _settled);
        Write(state, written);
        return state;
    }

    private void Write(SessionState state, int count) => Write(state, [.. Some.Messages(count)]);

    private void Write(SessionState state, params OutgoingMessage[] messages)
    {
        foreach (var message in messages)
            state.Write(_attempt, _index++, message, default);
    }

    private List<(int Index, Verdict Verdict)> Settled()
    {
        List<(int, Verdict)> settled = [.. _settled.Select(message => (message.Index, message.Verdict))];
        _settled.Clear();
        return settled;
    }
}
