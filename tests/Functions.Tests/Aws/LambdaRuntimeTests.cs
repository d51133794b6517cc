using System.Text.Json;
using Telemetry.Lambda;
using Functions.Tests.Support;
using Telemetry;

namespace Functions.Tests.Aws;

/// <summary>The runtime's loop, with functions of one's own in it.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class LambdaRuntimeTests
{
    private static readonly ReadOnlyMemory<byte> Done = "\"done\""u8.ToArray();

    [Fact]
    public async Task A_handler_gets_the_invocation_as_the_platform_describes_it()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        LambdaInvocation? seen = null;
        string? trace = null;
        await using var runtime = new RunningRuntime(api, (invocation, _) =>
        {
            seen = invocation;
            trace = Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID");
            return Task.FromResult(invocation.Payload);
        });

        var answer = await api.InvokeAsync("""{"n":1}""");

        Assert.Equal(new RuntimeAnswer("response", """{"n":1}""", null), answer);
        Assert.Equal("request-1", seen!.RequestId);
        Assert.Equal("Root=1-5759e988-request-1", trace);
        Assert.EndsWith(":function:orders", seen.FunctionArn, StringComparison.Ordinal);
        Assert.InRange(seen.Deadline - TimeProvider.System.GetUtcNow(), TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_handler_throws_is_answered_as_an_error_and_the_next_invocation_is_served(bool isAsync)
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        var calls = 0;
        await using var runtime = new RunningRuntime(api, (_, _) =>
        {
            if (++calls > 1)
                return Task.FromResult(Done);
            TelemetryQueue.Send("{\"n\":1}"u8);
            // Also the type that a failing Runtime API surfaces as.
            var error = new HttpRequestException("the shop is closed");
            return isAsync ? Task.FromException<ReadOnlyMemory<byte>>(error) : throw error;
        });
        await api.WaitForQuestionAsync();

        var first = await api.InvokeAsync("{}");
        await api.WaitForQuestionAsync();
        Assert.Single(telemetry.Queue.Messages);
        var second = await api.InvokeAsync("{}");

        Assert.Equal(("error", "Function.HttpRequestException"), (first.Kind, first.ErrorType));
        Assert.Equal("the shop is closed", MessageOf(first));
        Assert.Equal("response", second.Kind);
    }

    [Fact]
    public async Task An_error_whose_type_no_header_can_name_is_answered_all_the_same()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, (_, _) => throw new UngültigException());

        var answer = await api.InvokeAsync("{}").WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(("error", null), (answer.Kind, answer.ErrorType));
        Assert.Equal("the order is not valid", MessageOf(answer));
    }

    [Fact]
    public async Task What_initialisation_throws_is_reported_and_ends_the_process_with_1()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(
            api, () => throw new FormatException("SHOP_URL is not set: give the shop's URL"));

        var answer = await api.InitErrorAsync();

        Assert.Equal(("init error", "Runtime.FormatException"), (answer.Kind, answer.ErrorType));
        Assert.Equal("SHOP_URL is not set: give the shop's URL", MessageOf(answer));
        Assert.Equal(1, await runtime.EndAsync());
    }

    [Fact]
    public async Task A_handler_that_obeys_its_token_is_answered_before_the_deadline()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return Done;
        });

        var answer = await api.InvokeAsync("{}", TimeSpan.FromSeconds(2));

        Assert.Equal(("error", "Function.TimeoutException"), (answer.Kind, answer.ErrorType));
        Assert.EndsWith("ms before the invocation's deadline", MessageOf(answer)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_becomes_an_error()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        api.LargestAnswer = 100;
        await using var runtime = new RunningRuntime(api, (_, _) => Task.FromResult<ReadOnlyMemory<byte>>(new byte[101]));

        var answer = await api.InvokeAsync("{}");

        Assert.Equal("error", answer.Kind);
        Assert.Contains("101 bytes", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_stop_while_it_waits_the_runtime_flushes_and_ends_with_0()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, (_, _) => Task.FromResult(Done));
        await api.WaitForQuestionAsync();
        TelemetryQueue.Send("{\"n\":1}"u8);

        Assert.Equal(0, await runtime.StopAsync());
        Assert.Single(telemetry.Queue.Messages);
    }

    [Fact]
    public async Task Told_to_stop_during_an_invocation_the_runtime_answers_it_first()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        var entered = new TaskCompletionSource();
        var letGo = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        await using var runtime = new RunningRuntime(api, (_, _) =>
        {
            entered.SetResult();
            return letGo.Task;
        });
        var invoking = api.InvokeAsync("{}");
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var stopping = runtime.StopAsync();
        letGo.SetResult(Done);

        Assert.Equal("response", (await invoking).Kind);
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task A_platform_that_is_gone_ends_the_process_with_1_after_a_last_flush()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, (_, _) => Task.FromResult(Done));
        await api.WaitForQuestionAsync();
        TelemetryQueue.Send("{\"n\":1}"u8);

        await api.DisposeAsync();

        Assert.Equal(1, await runtime.EndAsync());
        Assert.Single(telemetry.Queue.Messages);
    }

    [Fact]
    public async Task A_body_that_is_no_text_is_answered_in_base64()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, HttpApi.Handler((request, _) =>
            Task.FromResult(HttpApiResponse.Of(200, "image/x", [0xFF, 0x00])
                .With("x-seen", $"{request.Method} {request.RawPath}?{request.RawQueryString}"))));

        var answer = JsonDocument.Parse((await api.InvokeAsync(HttpEvents.Post("{}"))).Body).RootElement;

        Assert.True(answer.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal("/wA=", answer.GetProperty("body").GetString());
        Assert.Equal("POST /orders?source=web", answer.GetProperty("headers").GetProperty("x-seen").GetString());
    }

    [Fact]
    public async Task A_body_that_claims_to_be_base64_and_is_not_is_an_error_of_the_invocation()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, HttpApi.Handler((request, _) =>
            Task.FromResult(HttpApiResponse.Of(200, "text/plain", request.ReadBody()))));

        var answer = await api.InvokeAsync("""{"body":"***","isBase64Encoded":true}""");
        var without = await api.InvokeAsync("{}");

        Assert.Equal(("error", "Function.FormatException"), (answer.Kind, answer.ErrorType));
        Assert.Equal("response", without.Kind);
    }

    private static string? MessageOf(RuntimeAnswer error) =>
        JsonDocument.Parse(error.Body).RootElement.GetProperty("errorMessage").GetString();

    private sealed class UngültigException() : Exception("the order is not valid");
}
