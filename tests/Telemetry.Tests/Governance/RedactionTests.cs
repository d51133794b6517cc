using System.Text.Json;
using Telemetry.Governance;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

/// <summary>What redaction does to whole events; what it finds in a text is in <see cref="TextRedactorTests"/>.</summary>
public sealed class RedactionTests
{
    [Theory]
    [InlineData("""{"password":"p","a":1}""", """{"password":"[redacted]","a":1}""")]
    [InlineData("""{"a":{"dbPassword" : {"x":[1,2]} , "b":2}}""", """{"a":{"dbPassword" : "[redacted]" , "b":2}}""")]
    [InlineData(
        """{"X-Api-Key":12345,"hasToken":true,"token":null}""", """{"X-Api-Key":"[redacted]","hasToken":true,"token":null}""")]
    [InlineData("""{"pass\u0077ord":"p"}""", """{"pass\u0077ord":"[redacted]"}""")]
    [InlineData("""{"n":4111111111111111, "m": 4111111111111112}""", """{"n":"[redacted:card]", "m": 4111111111111112}""")]
    [InlineData("""{"n":"\u0034111111111111111","e":"\u00e9"}""", """{"n":"[redacted:card]","e":"\u00e9"}""")]
    [InlineData("""{"a":["x","to a@example.org\n\"b\""]}""", """{"a":["x","to [redacted:email]\n\"b\""]}""")]
    [InlineData("""{"a@example.org":1}""", """{"[redacted:email]":1}""")]
    [InlineData("""{"t":"é 🐎 4111111111111111 \ud83d"}""", """{"t":"é 🐎 [redacted:card] �"}""")]
    public async Task A_ready_event_loses_its_secrets_and_keeps_every_other_byte(string json, string expected)
    {
        await using var test = new TestClient();

        test.Send(json);
        await test.FlushedAsync();

        Assert.Equal(expected, Assert.Single(test.Events));
    }

    [Theory]
    [InlineData("""{"traceparent":"00-12345678901234567890123456789012-4111111111111111-01"}""")]
    [InlineData("""{"traceId":"4111111111111111","half":"\ud83d","x":1.50e1}""")]
    [InlineData("""{"timestamp":"2026-11-20T09:00:00.0000000Z","id":1763632800000000000,"ratio":0.4111111111111111}""")]
    public async Task What_is_no_secret_stays_byte_for_byte(string json)
    {
        await using var test = new TestClient();

        test.Send(json);
        await test.FlushedAsync();

        Assert.Equal(json, Assert.Single(test.Events));
    }

    [Fact]
    public async Task What_is_no_JSON_and_may_hold_a_secret_does_not_leave()
    {
        await using var test = new TestClient();

        test.Send("""{"a":"4111111111111111",}""");

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
        Assert.DoesNotContain("4111", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_built_here_is_redacted_in_all_its_parts()
    {
        await using var test = new TestClient(
            options => options with { Redaction = options.Redaction with { Names = ["customer"] } });

        test.Client.Send(TelemetryEvent.Log(
            TelemetryLevel.Error, "for a@example.org").With("customer", "c-1").With("n", 4111111111111111)
            .With(new InvalidOperationException("Password=geheim;")));
        await test.FlushedAsync();

        var json = test.SingleEvent;
        Assert.Equal("for [redacted:email]", json.GetProperty("message").GetString());
        var attributes = json.GetProperty("attributes");
        Assert.Equal("[redacted]", attributes.GetProperty("customer").GetString());
        Assert.Equal("[redacted:card]", attributes.GetProperty("n").GetString());
        Assert.Equal(("orders", "i-1"), (json.GetProperty("service").GetString(), json.GetProperty("instance").GetString()));
    }

    [Fact]
    public async Task Without_redaction_everything_leaves_as_it_is()
    {
        await using var test = new TestClient(options => options with { Redaction = RedactionOptions.None });
        const string json = """{"password":"p","n":4111111111111111,"m":"a@example.org"}""";

        test.Send(json);
        await test.FlushedAsync();

        Assert.Equal(json, Assert.Single(test.Events));
    }

    [Fact]
    public void The_environment_chooses_patterns_and_adds_names()
    {
        var options = RedactionOptions.Parse("cards, emails", "iban");

        Assert.Equal(RedactionPatterns.CardNumbers | RedactionPatterns.EmailAddresses, options.Patterns);
        Assert.Contains("iban", options.Names);
        Assert.Contains("password", options.Names);
        Assert.Equal(RedactionPatterns.None, RedactionOptions.Parse("none", null).Patterns);
        Assert.Equal(RedactionPatterns.All, RedactionOptions.Parse(" ", null).Patterns);
        Assert.Contains("'visa' is no pattern",
            Assert.Throws<FormatException>(() => RedactionOptions.Parse("visa", null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deep_and_wide_event_stays_valid_JSON()
    {
        await using var test = new TestClient();
        var nested = string.Concat(Enumerable.Repeat("{\"x\":[", 200)) + "\"a@example.org\"" + string
            .Concat(Enumerable.Repeat("]}", 200));

        test.Send(nested);
        await test.FlushedAsync();

        using var _ = JsonDocument.Parse(Assert.Single(test.Events), new JsonDocumentOptions { MaxDepth = 512 });
        Assert.Contains("[redacted:email]", test.Events[0], StringComparison.Ordinal);
    }
}
