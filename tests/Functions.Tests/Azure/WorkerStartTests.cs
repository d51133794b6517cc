using System.Text.Json.Nodes;
using Functions.Tests.Support;

namespace Functions.Tests.Azure;

/// <summary>What the Functions host finds in the function app and hears from the worker before the first invocation.</summary>
[Collection(WorkerCollection.Name)]
public sealed class WorkerStartTests(PublishedWorker worker, SharedAzurite azurite)
{
    [Fact]
    public async Task Every_function_is_loaded_with_its_trigger_and_its_outputs()
    {
        await using var host = await worker.StartAsync();

        var functions = host.Functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal)
            .Select(function =>
                $"{function.Name}: {string.Join(", ", function.RawBindings.Select(Describe).Order(StringComparer.Ordinal))}");

        Assert.Equal(
            [
                "CreateOrder: In httpTrigger post orders, Out http",
                "DailySummary: In timerTrigger 0 0 1 * * *",
                "ProcessPayment: In queueTrigger payments, Out queue inventory",
                "UpdateInventory: In queueTrigger inventory",
            ],
            functions);
    }

    [Fact]
    public void The_function_app_holds_what_the_host_reads()
    {
        var description = JsonNode.Parse(Read("worker.config.json"))!["description"]!;

        Assert.Equal("2.0", (string?)JsonNode.Parse(Read("host.json"))!["version"]);
        Assert.Equal("dotnet-isolated", (string?)description["language"]);
        Assert.True(File.Exists(Path.Combine(worker.Folder, (string)description["defaultWorkerPath"]!)));
        Assert.Contains("AzureStorageQueues", Read("extensions.json"), StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(worker.Folder, ".azurefunctions")));
    }

    [Fact]
    public async Task The_clouds_client_is_not_loaded_before_something_is_sent()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);
        Assert.DoesNotContain("Telemetry.Azure.dll", await MapsAsync(), StringComparison.Ordinal);

        using var call = await host.PostAsync("CreateOrder", "api/orders", "{}");
        await call.Invocation;

        Assert.Contains("Telemetry.Azure.dll", await MapsAsync(), StringComparison.Ordinal);

        Task<string> MapsAsync() => File.ReadAllTextAsync($"/proc/{host.Worker.Id}/maps");
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(worker.Folder, file));

    private static string Describe(string json)
    {
        var binding = JsonNode.Parse(json)!;
        IEnumerable<JsonNode?> words =
            [
                binding["direction"], binding["type"], .. binding["methods"]?.AsArray() ?? [],
                binding["route"], binding["queueName"], binding["schedule"],
            ];
        return string.Join(' ', words.OfType<JsonNode>());
    }
}
