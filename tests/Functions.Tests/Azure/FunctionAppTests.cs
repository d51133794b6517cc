using System.Text.Json;
using Local.Components;

namespace Functions.Tests.Azure;

/// <summary>The files that the Functions host reads lie beside the executable and agree with it.</summary>
public sealed class FunctionAppTests
{
    private static readonly string Folder = Path.GetDirectoryName(BuiltProgram.Path("functions/Azure", "handler"))!;

    [Fact]
    public void The_host_starts_the_executable_and_forwards_requests_as_they_are()
    {
        var handler = Read("host.json").GetProperty("customHandler");

        Assert.True(handler.GetProperty("enableForwardingHttpRequest").GetBoolean());
        Assert.True(File.Exists(Path.Combine(Folder, handler.GetProperty("description").GetProperty("defaultExecutablePath").GetString()!)));
    }

    [Fact]
    public void Create_order_has_exactly_an_http_trigger_and_an_http_output()
    {
        // With anything else the host would not forward the request but wrap it.
        var bindings = Read("CreateOrder/function.json").GetProperty("bindings").EnumerateArray().ToList();

        Assert.Equal("httpTrigger in, http out", string.Join(", ", bindings.Select(binding => $"{binding.GetProperty("type")} {binding.GetProperty("direction")}")));
        Assert.Equal("orders", bindings[0].GetProperty("route").GetString());
        Assert.Equal("post", Assert.Single(bindings[0].GetProperty("methods").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("ProcessPayment", "payment queueTrigger in payments, inventory queue out inventory")]
    [InlineData("UpdateInventory", "change queueTrigger in inventory")]
    [InlineData("DailySummary", "timer timerTrigger in ")]
    public void Queue_and_timer_functions_name_the_bindings_that_the_code_reads(string function, string expected)
    {
        var bindings = Read($"{function}/function.json").GetProperty("bindings").EnumerateArray().Select(binding =>
            $"{binding.GetProperty("name")} {binding.GetProperty("type")} {binding.GetProperty("direction")} {(binding.TryGetProperty("queueName", out var queue) ? queue : "")}");

        Assert.Equal(expected, string.Join(", ", bindings));
    }

    private static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file))).RootElement;
}
