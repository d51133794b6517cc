using System.Text;
using Harness.Demo;

namespace Integration.Tests.Demo;

public sealed class QueueLedgerTests
{
    private readonly QueueLedger _ledger = new("Azure Storage Queue", "azure");

    [Fact]
    public void Generated_events_are_missing_until_they_arrive()
    {
        _ledger.ExpectGenerated(["generated-azure-1", "generated-azure-2"]);
        Arrive("a-0-d-0", """{"service":"generated-azure","demoId":"generated-azure-2"}""");

        Assert.Equal(new QueueFigures(Sent: 2, Received: 1, Missing: 1, Duplicates: 0), _ledger.Figures);
    }

    [Fact]
    public void An_event_received_again_is_a_duplicate_by_its_message_id_and_by_its_own_id()
    {
        _ledger.ExpectGenerated(["generated-azure-1"]);
        Arrive("a-0-d-0", """{"service":"generated-azure","demoId":"generated-azure-1"}""");
        Arrive("a-0-d-0", """{"service":"generated-azure","demoId":"generated-azure-1"}""");
        Arrive("a-1-e-0", """{"service":"generated-azure","demoId":"generated-azure-1"}""");

        Assert.Equal((0, 2), (_ledger.Figures.Missing, _ledger.Figures.Duplicates));
    }

    [Fact]
    public void An_order_is_missing_until_an_event_tells_of_it()
    {
        _ledger.ExpectOrder("o1");
        Assert.Equal(1, _ledger.Figures.Missing);

        Arrive("a-0-d-0", """{"service":"orders-azure","order":{"orderId":"o1"}}""");

        Assert.Equal(new QueueFigures(Sent: 1, Received: 1, Missing: 0, Duplicates: 0), _ledger.Figures);
    }

    [Fact]
    public void Gaps_in_a_functions_batches_and_in_a_batchs_events_are_losses()
    {
        Arrive("a-0-d-2", """{"service":"orders-azure"}""");
        Arrive("a-2-d-0", """{"service":"orders-azure"}""");

        // Events 0 and 1 of batch 0, and all of batch 1, which held at least one.
        Assert.Equal(new QueueFigures(Sent: 5, Received: 2, Missing: 3, Duplicates: 0), _ledger.Figures);
    }

    [Fact]
    public void Events_of_others_are_left_to_others()
    {
        Assert.False(_ledger.TryTake(DemoEvent.Read("key", "a-0-d-0", """{"service":"orders-sqs"}"""u8)));
        Assert.False(_ledger.TryTake(DemoEvent.Read("key", "a-0-d-0", "no JSON"u8)));
        Assert.Equal(0, _ledger.Figures.Received);
    }

    private void Arrive(string messageId, string body) =>
        Assert.True(_ledger.TryTake(DemoEvent.Read("logs.service.info", messageId, Encoding.UTF8.GetBytes(body))));
}
