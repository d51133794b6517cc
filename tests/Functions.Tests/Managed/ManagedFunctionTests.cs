using System.Collections.Concurrent;
using System.Diagnostics;
using Functions.Tests.Aws;
using Functions.Tests.Support;
using Harness.Components;

namespace Functions.Tests.Managed;

/// <summary>What Lambda sees of the executable assembly on its managed runtime.</summary>
[Trait("Lane", "full")]
public sealed class ManagedFunctionTests(ManagedFunction function, SharedFauxqs fauxqs)
    : IClassFixture<ManagedFunction>, IClassFixture<SharedFauxqs>
{
    [Fact]
    public async Task Telemetry_leaves_after_the_response_and_before_the_next_invocation_is_asked_for()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        var steps = new ConcurrentQueue<string>();
        api.AtStep = async step => steps.Enqueue($"{step} {await queue.CountAsync()}");
        await using var process = await BootstrapProcess.StartAsync(
            api, queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000"), function.Program);
        await api.WaitForQuestionAsync();

        var answer = await api.InvokeAsync(HttpEvents.Post(SomeOrder.Small));
        await api.WaitForQuestionAsync();

        // The one message before the response is the audit event, which the order waits for.
        Assert.Equal("next 0, response 1, next 2", string.Join(", ", steps));
        Assert.Equal("response", answer.Kind);
        Assert.Contains("\"statusCode\":201", answer.Body, StringComparison.Ordinal);
        var events = DecodedEvent.Decode(await queue.TakeAsync());
        Assert.Equal(5, events.Count);
        Assert.All(events, sent => Assert.Contains("\"requestId\":\"request-1\"", sent.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_caller_does_not_wait_for_a_queue_that_does_not_answer()
    {
        await using var frozen = await FauxqsServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(frozen);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(
            api, queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "5000"), function.Program);
        await api.WaitForQuestionAsync();
        await api.InvokeAsync(HttpEvents.Post("{}"));
        await api.WaitForQuestionAsync();
        frozen.Freeze();

        var watch = Stopwatch.StartNew();
        var answer = await api.InvokeAsync(HttpEvents.Post("{}"));
        var answered = watch.Elapsed;
        await api.WaitForQuestionAsync();

        Assert.Equal("response", answer.Kind);
        Assert.InRange(answered, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));
        frozen.Thaw();
    }

    [Fact]
    public async Task What_the_function_throws_is_answered_as_an_error()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, queue.SenderEnvironment, function.Program);

        Assert.Equal("error", (await api.InvokeAsync("[1,2,3]")).Kind);
        Assert.Equal("response", (await api.InvokeAsync(HttpEvents.Post("{}"))).Kind);
    }
}
