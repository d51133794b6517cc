using System.Net;
using System.Text.Json.Nodes;
using Harness.Components;

namespace Integration.Tests.Components;

public sealed class EmulatorTests
{
    [Fact]
    public async Task Azurite_answers_on_the_same_port_after_a_kill()
    {
        await using var azurite = await AzuriteServer.StartAsync();
        var before = await azurite.CreateQueueAsync("telemetry");

        await azurite.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => azurite.CreateQueueAsync("telemetry"));
        await azurite.StartAgainAsync();

        Assert.Equal(before, await azurite.CreateQueueAsync("telemetry"));
        Assert.Equal(before, await azurite.CreateQueueAsync("telemetry"));
    }

    [Fact]
    public async Task Fauxqs_keeps_a_message_in_a_queue_with_a_limit_of_its_own()
    {
        await using var fauxqs = await FauxqsServer.StartAsync();
        var url = await fauxqs.CreateQueueAsync("telemetry", maximumMessageSize: 2_048);

        await fauxqs.CallAsync("SendMessage", new JsonObject { ["QueueUrl"] = $"{url}", ["MessageBody"] = "one" });
        var received = await fauxqs.CallAsync("ReceiveMessage", new JsonObject { ["QueueUrl"] = $"{url}" });
        var refused = await Assert.ThrowsAsync<HttpRequestException>(
            () => fauxqs.CallAsync(
                "SendMessage", new JsonObject { ["QueueUrl"] = $"{url}", ["MessageBody"] = new string('x', 2_049) }));

        Assert.Equal("one", (string?)received["Messages"]![0]!["Body"]);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_script_reaches_the_installed_packages_from_anywhere_in_the_repository()
    {
        await using var fauxqs = await FauxqsServer.StartAsync();
        await fauxqs.CreateQueueAsync("telemetry");

        var result = await NodeScript.RunAsync("tests/Integration.Tests/Components/list-queues.mjs", [$"{fauxqs.Endpoint}"]);

        Assert.Equal(("telemetry\n", "", 0), (result.Output, result.Errors, result.ExitCode));
    }
}
