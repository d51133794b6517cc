using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Aws;
using Telemetry.Queues;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Sending;

/// <summary>
/// A queue's MaximumMessageSize lowered while a sender runs: the limit is asked again and what waits is cut anew.
/// </summary>
[Collection(FauxqsCollection.Name)]
public sealed class LoweredLimitTests(FauxqsFixture fauxqs)
{
    private const int Before = 262_144;
    private const int After = 4_096;

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_waits_arrives_whole_in_smaller_messages(bool encrypted)
    {
        var endpoint = await fauxqs.CreateQueueAsync(Before);
        await using var client = Client(endpoint, encrypted);
        client.Send("{\"n\":0}"u8);
        Assert.True((await client.FlushAsync(cancellationToken: Bound)).IsComplete);
        await LowerAsync(endpoint);
        var events = Enumerable.Range(1, 20)
            .Select(number => WireSamples.Event(1_000 + number, new Random(number), compressible: false))
            .ToList();
        foreach (var json in events)
            client.Send(json);

        var result = await client.FlushAsync(cancellationToken: Bound);

        Assert.True(result.IsComplete, result.Error);
        Assert.Equal(0, client.Statistics.Dropped);
        await AssertArrivedAsync(endpoint, ["{\"n\":0}"u8.ToArray(), .. events]);

        // The new limit holds from the start for what is packed now.
        client.Send(events[0]);
        Assert.True((await client.FlushAsync(cancellationToken: Bound)).IsComplete);
    }

    [Fact]
    public async Task An_event_that_must_not_be_lost_arrives_too()
    {
        var endpoint = await fauxqs.CreateQueueAsync(Before);
        await using var client = Client(endpoint, encrypted: false);
        await client.SendAsync("{\"n\":0}"u8.ToArray(), Bound);
        await LowerAsync(endpoint);
        var json = WireSamples.Event(50_000, new Random(1), compressible: false);

        await client.SendAsync(json, Bound);

        await AssertArrivedAsync(endpoint, ["{\"n\":0}"u8.ToArray(), json]);
    }

    [Fact]
    public async Task A_refusal_that_is_not_about_the_size_is_passed_on()
    {
        await using var test = new TestClient();
        test.Queue.BeforeStoring = _ => throw new QueueException(
            new QueueFailure
            {
                Queue = TestClient.Endpoint,
                Operation = "Put Message",
                Status = 403,
                Code = "AuthorizationFailure",
            });
        test.Send("{\"n\":1}");

        Assert.Contains("403 AuthorizationFailure", (await test.Client.FlushAsync()).Error, StringComparison.Ordinal);
        Assert.Equal(1, test.Queue.Calls);
    }

    private static TelemetryClient Client(QueueEndpoint endpoint, bool encrypted) => new(
        new TelemetryOptions
        {
            Queue = endpoint,
            Key = encrypted ? WireSamples.Key : null,
            FlushInterval = TimeSpan.FromHours(1),
            Report = _ => { },
        },
        () => new SqsQueueConnector().OpenSender(endpoint, TimeProvider.System),
        TimeProvider.System);

    private Task<JsonObject> LowerAsync(QueueEndpoint endpoint) => fauxqs.Server.CallAsync("SetQueueAttributes", new JsonObject
    {
        ["QueueUrl"] = endpoint.Url.ToString(),
        ["Attributes"] = new JsonObject { ["MaximumMessageSize"] = $"{After}" },
    });

    private static async Task AssertArrivedAsync(QueueEndpoint endpoint, IReadOnlyList<byte[]> events)
    {
        await using var queue = new SqsQueueConnector().OpenReceiver(endpoint, TimeProvider.System);
        using var receiver = new CodecReceiver(new KeyRing(WireSamples.Key), CodecLimits.Default);
        while (await queue.ReceiveAsync(queue.MaxReceive, TimeSpan.FromMinutes(1), TimeSpan.Zero, Bound)
            is { Count: > 0 } messages)
        {
            foreach (var message in messages)
                receiver.Receive(message.Text.ToArray());
        }

        Assert.Empty(receiver.Refusals);
        Assert.Equal(
            events.Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal),
            receiver.Batches.SelectMany(batch => batch.Events).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal));
    }
}
