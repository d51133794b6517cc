using Harness.Components;
using Harness.Demo;
using Harness.Faults;
using RabbitMQ.Client;

namespace Integration.Tests.Demo;

public sealed class DemoTapTests
{
    [Fact]
    public async Task Everything_published_to_the_exchange_is_seen()
    {
        await using var server = await RabbitMqServer.StartAsync();
        var arrived = new TaskCompletionSource<DemoEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var tap = await DemoTap.StartAsync(server.Uri, arrived.SetResult, CancellationToken.None);
        await using var connection = await new ConnectionFactory { Uri = server.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        var properties = new BasicProperties { MessageId = "a-0-d-0" };
        await channel.BasicPublishAsync(
            Tap.Exchange, "logs.orders.info", mandatory: true, properties, """{"service":"orders"}"""u8.ToArray());

        var seen = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal(("logs.orders.info", "a-0-d-0", 20, "orders"), (seen.RoutingKey, seen.MessageId, seen.Bytes, seen.Service));
    }

    [Fact]
    public void The_summary_has_a_row_for_each_queue()
    {
        var table = SummaryTable.Of(
            [("Azure Storage Queue", new QueueFigures(5_020, 5_020, 0, 0), 31), ("Amazon SQS", new QueueFigures(7, 5, 2, 1), 3)]);

        Assert.Equal(
            [
                "  queue                events sent  queue messages  received  lost  duplicates",
                "  Azure Storage Queue        5,020              31     5,020     0           0",
                "  Amazon SQS                     7               3         5     2           1",
            ],
            table.Split(Environment.NewLine));
    }
}
