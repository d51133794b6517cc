using System.Security.Cryptography;
using System.Text;
using Harness.Faults;
using Telemetry.Wire;

namespace Integration.Tests.EndToEnd;

[Collection(RoadCollection.Name)]
public sealed class EncryptionTests(RoadComponents components, ITestOutputHelper output)
{
    [Fact]
    public async Task Events_encrypted_with_an_old_and_a_new_key_arrive_at_a_bridge_that_holds_both()
    {
        const int Events = 200;
        await using var road = await Road.LayAsync(components, output);
        var (oldKey, newKey) = (NewKey(), NewKey());
        road.Settings = road.Settings.SetItem("Bridge__Keys__2025", oldKey).SetItem("Bridge__Keys__2026", newKey);

        var sequence = 0;
        foreach (var queue in road.Queues)
        {
            foreach (var key in (string[])[$"2025:{oldKey}", $"2026:{newKey}"])
            {
                var events = new GeneratedEvents(seed: sequence++);
                using var file = EventFile.Write(Enumerable.Range(0, Events).Select(number =>
                {
                    var json = number == Events / 2 ? events.Dump(700_000) : events.Small();
                    road.Ledger.Expect(json, $"{queue.Kind} {key[..4]} {number}");
                    return json;
                }));
                await queue.SendAsync(file, key);
            }
        }

        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());
        await road.UntilAllArrivedOnceAsync();
    }

    [Fact]
    public async Task What_lies_in_the_queue_shows_nothing_of_an_encrypted_event_without_the_key()
    {
        var key = NewKey();
        var text = new BatchWriter(Telemetry.Queues.QueueLimits.AzureStorage, MasterKey.Parse("k1", key))
            .Write(Encoding.UTF8.GetBytes($$"""{"secret":"{{new string('s', 2_000)}}"}""")).Single();

        var without = await Harness.Components.BridgeProcess.RunBridgeAsync(["inspect"], Encoding.ASCII.GetString(text));
        var with = await Harness.Components.BridgeProcess.RunBridgeAsync(
            ["inspect", "--key", $"k1:{key}"], Encoding.ASCII.GetString(text));

        Assert.DoesNotContain("secret", without.Output + without.Errors, StringComparison.Ordinal);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("secret", with.Output, StringComparison.Ordinal);
        Assert.Equal(0, with.ExitCode);
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size));
}
