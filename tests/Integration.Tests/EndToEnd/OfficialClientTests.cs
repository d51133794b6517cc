using System.Text;
using System.Text.Json;
using Harness.Components;
using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>Plain events from producers that know nothing of this project: the clouds' own clients for Node.js.</summary>
[Collection(RoadCollection.Name)]
public sealed class OfficialClientTests(RoadComponents components, ITestOutputHelper output)
{
    private const string Scripts = "tests/Integration.Tests/EndToEnd";

    private const string OnSeveralLines = "{\n  \"style\": \"audit\",\n  \"service\": \"a.b c\",\n  \"level\": 7\n}\n";
    private const string BeyondTheBasicPlane = """{"style":"logs","service":"🚚","level":"info"}""";

    private static readonly string[] Events =
    [
        """{"style":"logs","service":"billing","level":"info","message":"plain"}""",
        """{"style":"metrics","service":"größe","level":"Überschall","message":"žluťoučký 漢字 <&> \"'"}""",
        """{"no":"members that the key asks for"}""",
    ];

    private static readonly Dictionary<string, string> RoutingKeys = new(StringComparer.Ordinal)
    {
        [Events[0]] = "logs.billing.info",
        [Events[1]] = "metrics.größe.Überschall",
        [Events[2]] = "unknown.unknown.unknown",
        [OnSeveralLines] = "audit.a-b-c.7",
        [BeyondTheBasicPlane] = "logs.🚚.info",
    };

    [Fact]
    public async Task Plain_JSON_put_into_SQS_by_the_official_client_is_published_as_it_is()
    {
        // The emulator, unlike the service, refuses characters beyond the basic plane.
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        await PutAndCheckAsync(road, road.Sqs, "put-sqs.mjs", [.. Events, OnSeveralLines]);
    }

    [Fact]
    public async Task Plain_JSON_put_into_an_Azure_queue_by_the_official_client_is_published_as_it_is()
    {
        // The client itself drops line feeds before it sends.
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        await PutAndCheckAsync(road, road.Azure, "put-azure.mjs", [.. Events, BeyondTheBasicPlane]);
    }

    [Fact]
    public async Task Plain_JSON_in_Base64_as_Azure_Functions_write_it_is_published_decoded()
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        await PutAndCheckAsync(
            road, road.Azure, "put-azure.mjs", [.. Events, OnSeveralLines, BeyondTheBasicPlane], json =>
                Convert.ToBase64String(Encoding.UTF8.GetBytes(json)));
    }

    private static async Task PutAndCheckAsync(
        Road road, RoadQueue queue, string script, string[] events, Func<string, string>? encode = null)
    {
        foreach (var json in events)
            road.Ledger.Expect(json);
        await road.StartBridgeAsync();

        List<string> arguments = [queue.Queue.Url.ToString()];
        if (queue.Queue.Connection is { } connection)
            arguments.Add(connection);
        var put = await NodeScript.RunAsync(
            $"{Scripts}/{script}", arguments, JsonSerializer.Serialize(events.Select(encode ?? (json => json))));
        put.EnsureSuccess(script);

        await road.UntilAllArrivedOnceAsync();
        Assert.All(road.Ledger.All, arrived => Assert.Equal(RoutingKeys[arrived.Text], arrived.RoutingKey));
    }
}
