using Telemetry.Lambda;
using Functions.Tests.Support;

namespace Functions.Tests.Aws;

/// <summary>Queue and timer events, with functions of one's own behind them.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class SqsEventsTests
{
    [Fact]
    public async Task Only_the_messages_that_failed_come_again()
    {
        var answer = await InvokeAsync(
            QueueAndTimerEvents.Sqs("good", "bad", "good", "bad"),
            SqsEvents.Handler((message, _) => message.Body is "bad"
                ? throw new InvalidOperationException("broken on purpose")
                : Task.CompletedTask));

        Assert.Equal(
            new RuntimeAnswer("response", """{"batchItemFailures":[{"itemIdentifier":"m-2"},{"itemIdentifier":"m-4"}]}""", null),
            answer);
    }

    [Fact]
    public async Task What_is_not_done_when_the_time_is_over_comes_again_and_the_rest_does_not()
    {
        var calls = 0;
        var answer = await InvokeAsync(
            QueueAndTimerEvents.Sqs("a", "b", "c"),
            SqsEvents.Handler((_, cancellationToken) =>
                ++calls == 1 ? Task.CompletedTask : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)),
            TimeSpan.FromSeconds(2));

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"m-2"},{"itemIdentifier":"m-3"}]}""", answer.Body);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_message_brings_its_identity_its_delivery_and_the_senders_trace()
    {
        SqsMessage? seen = null;
        await InvokeAsync(QueueAndTimerEvents.Sqs("text"), SqsEvents.Handler((message, _) =>
        {
            seen = message;
            return Task.CompletedTask;
        }));

        const string trace = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        Assert.Equal(new SqsMessage("m-1", "text") { Delivery = 3, TraceParent = trace }, seen);
    }

    [Fact]
    public async Task A_messages_own_traceparent_goes_before_the_platforms()
    {
        string? seen = null;
        var payload = """{"Records":[{"messageId":"m","body":"","messageAttributes":{"traceparent":{"stringValue":"TRACE","dataType":"String"}}}]}"""
            .Replace("TRACE", Traces.Parent, StringComparison.Ordinal);
        await InvokeAsync(payload, SqsEvents.Handler((message, _) =>
        {
            seen = message.TraceParent;
            return Task.CompletedTask;
        }));

        Assert.Equal(Traces.Parent, seen);
    }

    [Theory]
    [InlineData("""{"Records":null}""")]
    [InlineData("""{"Records":[{"body":"no identity"}]}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task What_is_no_event_of_a_queue_fails_the_invocation(string payload)
    {
        var answer = await InvokeAsync(payload, SqsEvents.Handler((_, _) => Task.CompletedTask));

        Assert.Equal(("error", "Function.InvalidOperationException"), (answer.Kind, answer.ErrorType));
        Assert.Contains("none of SQS", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scheduled_event_is_answered_with_null()
    {
        ScheduledEvent? seen = null;
        var answer = await InvokeAsync(QueueAndTimerEvents.Scheduled(), ScheduledEvents.Handler((tick, _) =>
        {
            seen = tick;
            return Task.CompletedTask;
        }));

        Assert.Equal(("response", "null"), (answer.Kind, answer.Body));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 1, 0, 0, TimeSpan.Zero), seen!.Time);
        Assert.EndsWith("rule/daily", Assert.Single(seen.Resources), StringComparison.Ordinal);
    }

    private static async Task<RuntimeAnswer> InvokeAsync(string payload, LambdaHandler handler, TimeSpan? time = null)
    {
        await using var telemetry = new RecordedTelemetry();
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var runtime = new RunningRuntime(api, handler);
        return await api.InvokeAsync(payload, time);
    }
}
