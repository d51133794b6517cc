using System.Diagnostics;
using Telemetry.Governance;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

public sealed class EnrichmentTests
{
    [Fact]
    public async Task Every_event_built_here_says_where_it_comes_from()
    {
        await using var test = new TestClient(
            options => options with { Commit = "4f0c", Region = "westeurope", Function = "create-\"order\"" });
        TelemetryContext.RequestId = "r-1";

        test.Client.Send(TelemetryEvent.Metric("m", 1));
        await Task.Run(() => test.Client.Send(TelemetryEvent.Metric("inner", 1)));
        TelemetryContext.RequestId = null;
        test.Client.Send(TelemetryEvent.Metric("after", 1));
        await test.FlushedAsync();

        const string sender = "\"service\":\"orders\",\"release\":\"1.2.3\",\"instance\":\"i-1\",\"function\":\"create-\\\"order\\\"\",\"region\":\"westeurope\",\"commit\":\"4f0c\"";
        Assert.EndsWith(sender + ",\"requestId\":\"r-1\"}", test.Events[0], StringComparison.Ordinal);
        Assert.EndsWith(sender + ",\"requestId\":\"r-1\"}", test.Events[1], StringComparison.Ordinal);
        Assert.EndsWith(sender + "}", test.Events[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Baggage_is_carried_where_it_is_asked_for()
    {
        await using var test = new TestClient(options => options with { Baggage = ["tenant", "missing"] });
        using var activity = new Activity("a").AddBaggage("tenant", "t-1").AddBaggage("other", "o").Start();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "within").With("a", 1));
        activity.Stop();
        test.Client.Send(TelemetryEvent.Span(activity));
        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "after"));
        await test.FlushedAsync();

        Assert.Contains("\"attributes\":{\"a\":1,\"baggage.tenant\":\"t-1\"}", test.Events[0], StringComparison.Ordinal);
        Assert.Contains("\"attributes\":{\"baggage.tenant\":\"t-1\"}", test.Events[1], StringComparison.Ordinal);
        Assert.Contains("\"attributes\":{}", test.Events[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_sets_it_all()
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["TELEMETRY_QUEUE"] = "https://account.queue.core.windows.net/telemetry",
            ["TELEMETRY_COMMIT"] = "4f0c",
            ["AWS_REGION"] = "eu-central-1",
            ["AWS_LAMBDA_FUNCTION_NAME"] = "create-order",
            ["TELEMETRY_LEVEL"] = "info,Orders=debug",
            ["TELEMETRY_SAMPLING_RATIO"] = "0.1",
            ["TELEMETRY_REDACT"] = "cards",
            ["TELEMETRY_REDACT_NAMES"] = "iban",
            ["TELEMETRY_BAGGAGE"] = "tenant, shop",
            ["TELEMETRY_ATTRIBUTE_BYTES"] = "1000",
            ["TELEMETRY_EVENT_BYTES"] = "10000",
            ["TELEMETRY_BUFFER_BYTES"] = "100000",
        };

        var options = TelemetryOptions.FromEnvironment(environment.GetValueOrDefault);

        Assert.Equal(("4f0c", "eu-central-1", "create-order"), (options.Commit, options.Region, options.Function));
        Assert.Equal((TelemetryLevel.Info, TelemetryLevel.Debug, 0.1),
            (options.Levels.Minimum, options.Levels.MinimumFor("Orders"), options.SamplingRatio));
        Assert.Equal((RedactionPatterns.CardNumbers, 1_000, 10_000, 100_000),
            (options.Redaction.Patterns, options.AttributeBytes, options.EventBytes, options.BufferBytes));
        Assert.Contains("iban", options.Redaction.Names);
        Assert.Equal(["tenant", "shop"], options.Baggage);
    }

    [Theory]
    [InlineData("TELEMETRY_LEVEL", "loud")]
    [InlineData("TELEMETRY_SAMPLING_RATIO", "2")]
    [InlineData("TELEMETRY_SAMPLING_RATIO", "-1")]
    [InlineData("TELEMETRY_REDACT", "visa")]
    [InlineData("TELEMETRY_ATTRIBUTE_BYTES", "10")]
    [InlineData("TELEMETRY_EVENT_BYTES", "many")]
    [InlineData("TELEMETRY_BUFFER_BYTES", "65535")]
    public void A_wrong_variable_is_named(string name, string value)
    {
        var error = Assert.Throws<FormatException>(() => TelemetryOptions.FromEnvironment(
            asked => asked == name ? value
                : asked == "TELEMETRY_QUEUE" ? "https://account.queue.core.windows.net/telemetry" : null));

        Assert.StartsWith($"{name}: '{value}'", error.Message, StringComparison.Ordinal);
    }
}
