using Bridge.Core.Publishing;
using Bridge.RabbitMq.Publishing;

namespace Bridge.Tests.Publish;

public sealed class PublicationAttemptTests
{
    private readonly ConfirmedPublication _publication = new(5);

    [Fact]
    public async Task It_ends_with_the_refusals_by_rising_index_when_every_message_is_settled()
    {
        var attempt = new PublicationAttempt(_publication);
        Settle(attempt, 3, Verdict.Nacked);
        Settle(attempt, 1, Verdict.Unroutable, "312 NO_ROUTE");
        Settle(attempt, 0, Verdict.Confirmed);
        attempt.Refuse(new PublishRefusal(2, PublishRefusalReason.Rejected, "too large"));
        Assert.False(attempt.Completion.IsCompleted);
        attempt.Confirm(4);

        Assert.True(attempt.Completion.IsCompleted);
        Assert.Equal(
            [
                new(1, PublishRefusalReason.Unroutable, "312 NO_ROUTE"),
                new(2, PublishRefusalReason.Rejected, "too large"),
                new(3, PublishRefusalReason.Nacked, "nacked by the broker"),
            ],
            await attempt.Completion);
        Assert.Equal([0, 4], _publication.Confirmed);
    }

    [Fact]
    public async Task An_attempt_with_some_messages_answers_with_their_indexes_in_the_publication()
    {
        var attempt = new PublicationAttempt(_publication, [4, 1, 3]);
        Assert.Equal("id-4", attempt[0].Properties.MessageId);

        Settle(attempt, 0, Verdict.Nacked);
        Settle(attempt, 1, Verdict.Confirmed);
        Assert.Equal([4, 3], attempt.Unconfirmed);
        Settle(attempt, 2, Verdict.Nacked);

        Assert.Equal([3, 4], (await attempt.Completion).Select(refusal => refusal.Index));
        Assert.Equal([1], _publication.Confirmed);
    }

    [Fact]
    public async Task A_confirm_after_the_failure_is_told_to_the_publication_and_the_first_failure_stays()
    {
        var attempt = new PublicationAttempt(_publication, [0, 1]);
        attempt.Fail(new PublishException("cut"));
        attempt.Fail(new PublishException("later"));
        Settle(attempt, 1, Verdict.ConfirmedLate);

        Assert.Equal("cut", (await Assert.ThrowsAsync<PublishException>(() => attempt.Completion)).Message);
        Assert.Equal([1], _publication.Confirmed);
        Assert.Equal([0], attempt.Unconfirmed);
    }

    private static void Settle(PublicationAttempt attempt, int index, Verdict verdict, string? detail = null) =>
        attempt.Settle(new SettledMessage(attempt, index, verdict, detail, default));

    private sealed class ConfirmedPublication(int count) : IPublication
    {
        public List<int> Confirmed { get; } = [];

        public int Count => count;

        public OutgoingMessage this[int index] => Some.Message(index);

        public void OnConfirmed(int index) => Confirmed.Add(index);
    }
}
