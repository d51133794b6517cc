using Harness.Faults;

namespace Integration.Tests.EndToEnd;

[Collection(RoadCollection.Name)]
public sealed class MessageCountTests(RoadComponents components, ITestOutputHelper output)
{
    private const int Events = 1_000_000;

    [Fact]
    public async Task A_million_events_need_few_messages_of_either_cloud()
    {
        await using var road = await Road.LayAsync(components, output);
        var events = new GeneratedEvents(seed: 7);
        var bytes = 0L;
        using var file = EventFile.Write(Enumerable.Range(0, Events).Select(_ =>
        {
            var json = events.Small();
            bytes += json.Length;
            return json;
        }));

        var azure = await road.Azure.SendAsync(file);
        var sqs = await road.Sqs.SendAsync(file);

        road.Write(
            $"{Events:N0} events of {bytes / Events} bytes: {azure.Messages:N0} Azure messages, {sqs.Messages:N0} SQS messages");
        Assert.Equal((Events, Events), (azure.Events, sqs.Events));
        Assert.Equal((azure.Messages, sqs.Messages), (await road.Azure.DepthAsync(), await road.Sqs.DepthAsync()));
        Assert.InRange(bytes / Events, 350, 390);
        Assert.InRange(azure.Messages, 1, 1_400);
        Assert.InRange(sqs.Messages, 1, 360);
    }
}
