using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Functions.Tests.Support;
using Harness.Components;

namespace Functions.Tests.Aws;

/// <summary>What Lambda sees of the built executable.</summary>
[Trait("Lane", "full")]
public sealed class BootstrapContractTests(SharedFauxqs fauxqs) : IClassFixture<SharedFauxqs>
{
    // What a cold start on a busy machine may add to a time that is bounded by a budget.
    private static readonly TimeSpan Little = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Telemetry_leaves_after_the_response_and_before_the_next_invocation_is_asked_for()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        var steps = new ConcurrentQueue<string>();
        api.AtStep = async step => steps.Enqueue($"{step} {await queue.CountAsync()}");
        await using var process = await BootstrapProcess.StartAsync(api, WithAmpleBudget(queue.SenderEnvironment));
        await api.WaitForQuestionAsync();

        var answer = await api.InvokeAsync(HttpEvents.Post(SomeOrder.Small));
        await api.WaitForQuestionAsync();

        // The one message before the response is the audit event, which the order waits for.
        Assert.Equal("next 0, response 1, next 2", string.Join(", ", steps));
        Assert.Equal("response", answer.Kind);
        Assert.Equal(
            "audit order.created, logs order created, metrics orders.created, metrics orders.create.duration,"
                + " traces create-order",
            DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync()).OrderBy(sent => sent.Style is not "audit")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_http_event_is_answered_in_payload_format_2_and_its_trace_goes_on(bool isBase64Encoded)
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, WithAmpleBudget(queue.SenderEnvironment));
        await api.WaitForQuestionAsync();

        var body = (await api.InvokeAsync(HttpEvents.Post(SomeOrder.Small, isBase64Encoded))).Body;
        var answer = JsonDocument.Parse(body).RootElement;
        await api.WaitForQuestionAsync();

        Assert.Equal(201, answer.GetProperty("statusCode").GetInt32());
        Assert.Equal("application/json", answer.GetProperty("headers").GetProperty("content-type").GetString());
        Assert.False(answer.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal(
            19.25m, JsonDocument.Parse(answer.GetProperty("body").GetString()!).RootElement.GetProperty("total").GetDecimal());
        var events = DecodedEvent.Decode(await queue.TakeAsync());
        Assert.Equal(5, events.Count);
        Assert.All(events, sent => Assert.Contains(Traces.Id, sent.TraceParent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_large_orders_snapshot_leaves_in_several_messages_and_arrives_byte_for_byte()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, WithAmpleBudget(queue.SenderEnvironment));
        await api.WaitForQuestionAsync();
        var lines = SomeOrder.LinesOf(12_000);

        var answer = await api.InvokeAsync(HttpEvents.Post(SomeOrder.Of(lines)));
        await api.WaitForQuestionAsync();
        var messages = await queue.TakeAsync();

        Assert.Equal("response", answer.Kind);
        Assert.All(messages, message => Assert.InRange(message.Length, 1, 262_144));
        Assert.InRange(messages.Count, 4, 8);
        var snapshot = DecodedEvent.Decode(messages).Single(sent => sent.Subject is "order.snapshot");
        Assert.Contains($"\"lines\":{lines}}},\"traceparent\"", snapshot.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_no_failure_of_the_function()
    {
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, Unreachable("200"));

        var answer = await api.InvokeAsync(HttpEvents.Post("{}"));

        Assert.Equal("response", answer.Kind);
        Assert.Equal(400, JsonDocument.Parse(answer.Body).RootElement.GetProperty("statusCode").GetInt32());
    }

    [Fact]
    public async Task An_event_that_is_no_http_request_is_answered_with_an_error_and_the_process_goes_on()
    {
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, Unreachable("200"));

        var first = await api.InvokeAsync("[1,2,3]");
        var second = await api.InvokeAsync(HttpEvents.Post("{}"));

        Assert.Equal(("error", "Function.InvalidOperationException"), (first.Kind, first.ErrorType));
        var error = JsonDocument.Parse(first.Body).RootElement;
        Assert.Equal("InvalidOperationException", error.GetProperty("errorType").GetString());
        Assert.Contains("payload format 2.0", error.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, error.GetProperty("stackTrace").GetArrayLength());
        Assert.Equal("response", second.Kind);
    }

    [Theory]
    [InlineData(30, 200)]
    [InlineData(2, 600_000)]
    public async Task A_queue_that_does_not_answer_costs_no_more_than_the_budget_or_the_invocations_time(int seconds, int budget)
    {
        await using var frozen = await FauxqsServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(frozen);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(
            api, queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", $"{budget}"));
        await api.WaitForQuestionAsync();
        frozen.Freeze();

        var watch = Stopwatch.StartNew();
        var answer = await api.InvokeAsync(HttpEvents.Post("{}"), TimeSpan.FromSeconds(seconds));
        await api.WaitForQuestionAsync();

        Assert.Equal("response", answer.Kind);
        var most = TimeSpan.FromMilliseconds(Math.Min(seconds * 1_000, budget));
        Assert.InRange(watch.Elapsed, most / 2, most + Little);
        frozen.Thaw();
    }

    [Fact]
    public async Task A_dead_queue_costs_its_budget_once_and_not_with_every_invocation()
    {
        await using var frozen = await FauxqsServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(frozen);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(
            api, queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "3000"));
        await api.WaitForQuestionAsync();
        frozen.Freeze();

        var first = await TimeAsync(api);
        var second = await TimeAsync(api);

        Assert.InRange(first, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(3) + Little);
        Assert.InRange(second, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        frozen.Thaw();
    }

    [Fact]
    public async Task The_clouds_client_is_not_loaded_before_something_is_sent()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, WithAmpleBudget(queue.SenderEnvironment));
        await api.WaitForQuestionAsync();
        Assert.DoesNotContain("Telemetry.Aws.dll", await MapsAsync(process), StringComparison.Ordinal);

        await api.InvokeAsync(HttpEvents.Post("{}"));
        await api.WaitForQuestionAsync();

        Assert.Contains("Telemetry.Aws.dll", await MapsAsync(process), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_stop_the_process_ends_well()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, WithAmpleBudget(queue.SenderEnvironment));
        await api.WaitForQuestionAsync();
        await api.InvokeAsync(HttpEvents.Post("{}"));
        await api.WaitForQuestionAsync();

        Assert.Equal(0, await process.TerminateAsync());
        Assert.Equal(3, DecodedEvent.Decode(await queue.TakeAsync()).Count);
    }

    [Fact]
    public async Task Outside_lambda_the_process_says_so()
    {
        var result = await ChildCommand.RunAsync(new ChildProcessStart(BuiltProgram.Path("functions/Aws", "bootstrap")));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("AWS_LAMBDA_RUNTIME_API is not set", result.Errors, StringComparison.Ordinal);
    }

    // From the event's hand-over to the question for the next one.
    private static async Task<TimeSpan> TimeAsync(FakeRuntimeApi api)
    {
        var watch = Stopwatch.StartNew();
        Assert.Equal("response", (await api.InvokeAsync(HttpEvents.Post("{}"))).Kind);
        await api.WaitForQuestionAsync();
        return watch.Elapsed;
    }

    private static Task<string> MapsAsync(ChildProcess process) => File.ReadAllTextAsync($"/proc/{process.Id}/maps");

    // The first send of a process builds its client: on a busy machine that takes more than the usual budget.
    private static ImmutableDictionary<string, string> WithAmpleBudget(ImmutableDictionary<string, string> environment) =>
        environment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000");

    private static ImmutableDictionary<string, string> Unreachable(string budget) => ImmutableDictionary<string, string>.Empty
        .SetItem("TELEMETRY_QUEUE", $"http://127.0.0.1:{FreePort.Next()}/000000000000/nobody")
        .SetItem("TELEMETRY_QUEUE_KIND", "sqs")
        .SetItem("TELEMETRY_FLUSH_BUDGET_MS", budget);
}
