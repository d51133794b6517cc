using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Functions.Tests.Support;
using Local.Components;

namespace Functions.Tests.Azure;

/// <summary>What the Functions host sees of the built executable behind queue and timer triggers.</summary>
public sealed class TriggerContractTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly string QueueMetadata = """{"DequeueCount":"2","Id":"\"m-1\"","InsertionTime":"\"2026-11-20T09:00:00+00:00\"","sys":{"MethodName":"ProcessPayment"}}""";

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    public async Task A_payment_goes_on_through_the_output_binding_however_often_its_text_is_encoded(int encodings, bool isChunked)
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await StartAsync(queue);

        using var response = await handler.PostAsync("ProcessPayment", Body("payment", Samples.Text("payment"), encodings), isChunked);
        var events = SentEvent.Decode(await queue.TakeAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("[]", answer.GetProperty("Logs").GetRawText());
        Assert.Equal("null", answer.GetProperty("ReturnValue").GetRawText());
        var next = JsonDocument.Parse(answer.GetProperty("Outputs").GetProperty("inventory").GetString()!).RootElement;
        Assert.All(events, sent => Assert.Equal(HandlerProcess.Invocation, sent["requestId"]));
        var span = events.Single(sent => sent.Style is "traces");
        Assert.Equal(span.TraceParent, next.GetProperty("traceparent").GetString());
        Assert.Equal((Traces.Span, "m-1", 2), (span["parentSpanId"], span.Attribute("messaging.message.id").GetString(), span.Attribute("messaging.delivery").GetInt32()));
    }

    [Fact]
    public async Task A_failing_payment_fails_the_invocation_so_that_its_message_comes_again()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await StartAsync(queue);

        using var response = await handler.PostAsync("ProcessPayment", Body("payment", Samples.Text("payment-failing")), isChunked: true);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("logs process-payment failed, traces process-payment", SentEvent.Summary(SentEvent.Decode(await queue.TakeAsync())));
    }

    [Fact]
    public async Task A_function_without_outputs_never_answers_with_an_empty_body()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await StartAsync(queue);

        using var response = await handler.PostAsync("UpdateInventory", Body("change", Samples.Text("inventory-change")), isChunked: true);

        Assert.Equal("""{"Outputs":{},"Logs":[],"ReturnValue":null}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_timer_that_is_late_says_so()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await StartAsync(queue);
        const string timer = """{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":true}},"Metadata":{"sys":{"MethodName":"DailySummary"}}}""";

        using var response = await handler.PostAsync("DailySummary", timer, isChunked: true);
        var events = SentEvent.Decode(await queue.TakeAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("logs the timer is late", SentEvent.Summary(events), StringComparison.Ordinal);
        Assert.Contains(events, sent => sent.Subject is "day.closed");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Data":{"other":"\"{}\""},"Metadata":{}}""")]
    [InlineData("""{"Data":{"payment":"\"hello\""},"Metadata":{}}""")]
    public async Task What_is_no_invocation_of_the_function_is_an_error_and_the_process_goes_on(string body)
    {
        await using var handler = await HandlerProcess.StartAsync(ImmutableDictionary<string, string>.Empty);

        using var response = await handler.PostAsync("ProcessPayment", body);
        using var poll = await handler.GetAsync("");

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (response.StatusCode, poll.StatusCode));
        Assert.NotEqual("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_host_that_kills_the_process_right_after_the_response_loses_nothing()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await StartAsync(queue);

        using var response = await handler.PostOrderAsync(SomeOrder.Small);
        await handler.Process.KillAsync();

        Assert.Equal(5, SentEvent.Decode(await queue.TakeAsync()).Count);
        Assert.Contains(Traces.Id, Assert.Single(response.Headers.GetValues("traceresponse")), StringComparison.Ordinal);
    }

    private static Task<HandlerProcess> StartAsync(CloudQueue queue) =>
        HandlerProcess.StartAsync(queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000"));

    // Zero encodings: a JSON document as it is; one: a string; two, as the host sends it: a string that holds a string.
    private static string Body(string binding, string text, int encodings = 2)
    {
        var value = encodings switch
        {
            0 => JsonNode.Parse(text)!,
            1 => JsonValue.Create(text)!,
            _ => JsonValue.Create(JsonValue.Create(text)!.ToJsonString())!,
        };
        return new JsonObject
        {
            ["Data"] = new JsonObject { [binding] = value },
            ["Metadata"] = JsonNode.Parse(QueueMetadata),
        }.ToJsonString();
    }
}
