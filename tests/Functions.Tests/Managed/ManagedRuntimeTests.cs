using System.Diagnostics;
using Functions.Tests.Support;
using Telemetry;
using Telemetry.Lambda;

namespace Functions.Tests.Managed;

/// <summary>The flush of a function on the managed runtime, with functions of one's own.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class ManagedRuntimeTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_answer_of_an_executable_flushes_once_when_it_is_disposed()
    {
        await using var telemetry = new RecordedTelemetry();

        var answer = await ManagedRuntime.AnswerThenFlushAsync("r-1", Ample, () => SendAndAnswerAsync("done"));
        using var reader = new StreamReader(answer, leaveOpen: true);
        Assert.Equal((4, "done"), (answer.Length, await reader.ReadToEndAsync()));
        Assert.Empty(telemetry.Queue.Messages);

        await answer.DisposeAsync();
        Assert.Single(telemetry.Queue.Messages);
        TelemetryQueue.Send("{\"n\":2}"u8);
        await answer.DisposeAsync();
        Assert.Single(telemetry.Queue.Messages);
    }

    [Fact]
    public async Task An_executable_that_fails_has_flushed_before()
    {
        await using var telemetry = new RecordedTelemetry();

        await Assert.ThrowsAsync<FormatException>(() => ManagedRuntime.AnswerThenFlushAsync("r-1", Ample, FailAsync<Stream>));

        Assert.Single(telemetry.Queue.Messages);
    }

    [Fact]
    public async Task A_class_library_flushes_before_it_answers_and_before_it_fails()
    {
        await using var telemetry = new RecordedTelemetry();

        await using var answer = await ManagedRuntime.FlushThenAnswerAsync("r-1", Ample, () => SendAndAnswerAsync("done"));
        Assert.Single(telemetry.Queue.Messages);
        await Assert.ThrowsAsync<FormatException>(() => ManagedRuntime.FlushThenAnswerAsync("r-2", Ample, FailAsync<int>));
        Assert.Equal(2, telemetry.Queue.Messages.Count);
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task A_flush_leaves_a_class_library_time_to_answer()
    {
        await using var telemetry = new RecordedTelemetry(flushBudget: Ample);
        telemetry.Queue.BeforeSend = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        var watch = Stopwatch.StartNew();

        await using var answer = await ManagedRuntime.FlushThenAnswerAsync(
            "r-1", TimeSpan.FromSeconds(5), () => SendAndAnswerAsync(""));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4.95));
    }

    [Fact]
    public async Task A_handler_gets_the_invocation_and_its_request_is_named_in_what_it_sends()
    {
        await using var telemetry = new RecordedTelemetry();
        LambdaInvocation? seen = null;

        await using var answer = await ManagedRuntime.FlushThenAnswerAsync("r-1", Ample, () => ManagedRuntime.InvokeAsync(
            (invocation, _) =>
            {
                seen = invocation;
                TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "called"));
                return Task.FromResult(invocation.Payload);
            },
            new MemoryStream("[1]"u8.ToArray()), "r-1", Ample));

        Assert.Equal("r-1", seen!.RequestId);
        Assert.InRange(seen.Deadline - TimeProvider.System.GetUtcNow(), TimeSpan.Zero, Ample);
        Assert.Equal("[1]", await new StreamReader(answer).ReadToEndAsync());
        Assert.Contains(
            "\"requestId\":\"r-1\"", DecodedEvent.Decode(telemetry.Queue.Messages).Single().Text, StringComparison.Ordinal);
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task A_handler_that_obeys_its_token_ends_before_the_deadline()
    {
        var watch = Stopwatch.StartNew();

        await Assert.ThrowsAsync<TimeoutException>(() => ManagedRuntime.InvokeAsync(
            async (_, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return default;
            },
            Stream.Null, "r-1", TimeSpan.FromSeconds(5)));

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4.95));
    }

    private static Task<Stream> SendAndAnswerAsync(string answer)
    {
        TelemetryQueue.Send("{\"n\":1}"u8);
        return Task.FromResult<Stream>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(answer)));
    }

    private static Task<T> FailAsync<T>()
    {
        TelemetryQueue.Send("{\"n\":1}"u8);
        throw new FormatException("the shop is closed");
    }
}
