using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Telemetry.Extensions;
using Telemetry.Governance;
using Telemetry.Listening;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

/// <summary>
/// Plants card numbers and tokens in everything that can be sent, by every way there is, and reads all that left the process.
/// </summary>
public sealed class LeakTests
{
    private const string Name = "LeakTests";

    private static readonly string[] Planted =
    [
        "4111111111111111", "5500 0000 0000 0004", "3782-822463-10005",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "Bearer s3cr3t-t0ken-0123", "AKIAIOSFODNN7EXAMPLE", "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==;", "amqp://orders:hunter2hunter2@broker",
        "jan.novak@example.org",
    ];

    // What none of the bytes that left may hold: the secret part of each of the above.
    private static readonly string[] Secrets =
    [
        "4111111111111111", "5500 0000 0000 0004", "3782-822463-10005", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "s3cr3t-t0ken-0123",
        "AKIAIOSFODNN7EXAMPLE", "0123456789abcdefghijABCDEFGHIJ", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUz", "hunter2hunter2",
        "jan.novak",
    ];

    [Fact]
    public async Task Nothing_planted_leaves_by_any_way()
    {
        await using var test = new TestClient(options => options with { Baggage = ["who"] });

        foreach (var secret in Planted)
        {
            SendEvents(test.Client, secret);
            await SendNowAsync(test.Client, secret);
            SendReady(test, secret);
            SendLogs(test.Client, secret);
            SendActivities(test.Client, secret);
            SendMeasurements(test.Client, secret);
        }

        await test.FlushedAsync();

        Assert.Equal(17 * Planted.Length, test.Events.Count);
        Assert.All(test.Events, json => Assert.Contains("[redacted", json, StringComparison.Ordinal));
        Assert.Empty(test.Reports);
        var left = string.Join('\n', test.Events.Concat(test.Events.Select(Unescaped)));
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, left, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_same_planting_is_seen_where_redaction_is_off()
    {
        await using var test = new TestClient(options => options with { Redaction = RedactionOptions.None });

        foreach (var secret in Planted)
            SendEvents(test.Client, secret);
        await test.FlushedAsync();

        var left = string.Join('\n', test.Events);
        Assert.All(Secrets, secret => Assert.Contains(secret, left, StringComparison.Ordinal));
    }

    private static void SendEvents(TelemetryClient client, string secret)
    {
        client.Send(TelemetryEvent.Log(TelemetryLevel.Info, $"paid with {secret} today"));
        client.Send(TelemetryEvent.Log(TelemetryLevel.Info, secret, "its category").With("a", 1));
        client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "value").With("note", secret).With("after", 1));
        client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "name").With(secret, "a"));
        client.Send(TelemetryEvent.Log(TelemetryLevel.Error, "failed").With(new InvalidOperationException($"no\n{secret}\n")));
        client.Send(TelemetryEvent.Metric(secret, 1));
    }

    private static async Task SendNowAsync(TelemetryClient client, string secret)
    {
        await client.SendAsync(TelemetryEvent.Audit("paid").With("with", secret));
        await client.SendAsync(Encoding.UTF8.GetBytes($$"""{"with":"{{secret}}"}"""));
    }

    private static void SendReady(TestClient test, string secret)
    {
        test.Send($$$"""{"a":{"b":["{{{secret}}}"]}}""");
        test.Send($$"""{"{{secret}}":1}""");
        test.Send($$"""{"escaped":"{{string.Concat(secret.Select(letter => $"\\u{(int)letter:x4}"))}}"}""");
        var inner = JsonSerializer.Serialize($$"""{"x":"{{secret}}"}""");
        test.Send($$$"""{"inner":{{{inner}}}}""");
    }

    private static void SendLogs(TelemetryClient client, string secret)
    {
        using var provider = new TelemetryQueueLoggerProvider(client, new TelemetryListenerOptions());
        var scopes = new LoggerExternalScopeProvider();
        provider.SetScopeProvider(scopes);
        var logger = provider.CreateLogger(Name);
        logger.LogInformation("paid with {Means}", secret);
        using (logger.BeginScope("of {Means}", secret))
            logger.LogInformation("within");
    }

    private static void SendActivities(TelemetryClient client, string secret)
    {
        using var listeners = TelemetryListeners.Start(client, options => options.ActivitySources.Add(Name));
        using var source = new ActivitySource(Name);
        using (var activity = source.StartActivity("tagged"))
            activity!.SetTag("with", secret).AddEvent(new ActivityEvent(secret)).AddBaggage("who", secret);
        using (source.StartActivity(secret))
        {
        }
    }

    private static void SendMeasurements(TelemetryClient client, string secret)
    {
        using var meter = new Meter(Name);
        using var listeners = TelemetryListeners.Start(client, options => options.Meters.Add(Name));
        meter.CreateCounter<long>("paid").Add(1, new KeyValuePair<string, object?>("with", secret));
    }

    // As a consumer reads it: without the escapes.
    private static string Unescaped(string json)
    {
        var text = new StringBuilder();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                text.Append(reader.GetString()).Append('\n');
        }

        return text.ToString();
    }
}
