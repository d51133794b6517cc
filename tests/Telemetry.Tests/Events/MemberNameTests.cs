using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Events;

/// <summary>No object of an event has two members with one name: of several the last counts.</summary>
public sealed class MemberNameTests
{
    [Fact]
    public async Task Of_attributes_with_one_name_the_last_counts()
    {
        await using var test = new TestClient(options => options with { Baggage = ["who"] });
        using var activity = new Activity("a").AddBaggage("who", "b").Start();

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Info, "m").With("a", 1).With("é\n", "x").With("b", "text").With("a", 2.5)
                .With("é\n", true)
                .With("baggage.who", "me").With("c", new Dictionary<string, object> { ["a"] = 1 }).With("", 1).With("", 2)
                .With("a", (string?)null));
        test.Client.Send(
            TelemetryEvent.Audit("m").With(new InvalidOperationException("first")).With("x", 1)
                .With(new NotSupportedException("second")));
        test.Client.Send(TelemetryEvent.Metric("m", 1).With("a", 1).With("a", 2));
        await test.FlushedAsync();

        Assert.Equal(
            """{"b":"text","é\n":true,"c":{"a":1},"":2,"a":null,"baggage.who":"b"}""", Attributes(test.Events[0]).GetRawText());
        var second = Attributes(test.Events[1]);
        Assert.Equal(("second", 1), (second.GetProperty("exception.message").GetString(), second.GetProperty("x").GetInt32()));
        Assert.Equal("""{"a":2,"baggage.who":"b"}""", Attributes(test.Events[2]).GetRawText());
        Assert.All(test.Events, AssertNamesAreUnique);
    }

    [Fact]
    [SuppressMessage("Naming", "CA1727", Justification = "These names are what the test is about.")]
    public async Task A_template_may_use_the_names_that_logging_itself_writes()
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");

        using (logger.BeginScope(new List<KeyValuePair<string, int>> { new("a", 1), new("a", 2) }))
        {
            logger.LogError(
                new EventId(7, "seven"), new InvalidOperationException("no stock"),
                "{event.id} {event.name} {exception.message} {message.template} {scopes} {a} {a}",
                1, "one", "none", "t", "s", 1, 2);
        }

        await test.FlushedAsync();

        AssertNamesAreUnique(Assert.Single(test.Test.Events));
        var log = test.SingleAttributes;
        Assert.Equal((7, 2), (log.GetProperty("event.id").GetInt32(), log.GetProperty("a").GetInt32()));
        Assert.Equal("no stock", log.GetProperty("exception.message").GetString());
    }

    [Fact]
    public async Task Spans_keep_their_names_unique_too()
    {
        await using var test = new TestClient(options => options with { Function = "f", Region = "r", Commit = "c" });
        TelemetryContext.RequestId = "r-1";
        using var activity = new Activity("a").Start();
        activity.SetTag("a", 1).AddTag("a", 2).AddTag("service", "x");
        activity.AddEvent(new ActivityEvent("e", tags: new ActivityTagsCollection { ["x"] = 1 }));
        activity.Stop();

        test.Client.Send(TelemetryEvent.Span(activity));
        await test.FlushedAsync();

        AssertNamesAreUnique(Assert.Single(test.Events));
        Assert.Equal(2, Attributes(test.Events[0]).GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task Names_that_differ_in_invalid_characters_only_are_one_name()
    {
        await using var test = new TestClient();

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "m").With("a\ud800", 1).With("a\ufffd", 2).With("a\udc00", 3));
        await test.FlushedAsync();

        Assert.Equal("a\ufffd", Assert.Single(Attributes(Assert.Single(test.Events)).EnumerateObject()).Name);
    }

    [Fact]
    public async Task Names_that_redaction_makes_equal_are_numbered()
    {
        await using var test = new TestClient();

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Info, "m").With("a@example.org", 1).With("b@example.org", 2)
                .With("c@example.org", 3));
        test.Send("""{"a@example.org":1,"x":{"b@example.org":2}}""");
        await test.FlushedAsync();

        Assert.Equal(
            """{"[redacted:email]":1,"[redacted:email]#2":2,"[redacted:email]#3":3}""", Attributes(test.Events[0]).GetRawText());
        Assert.Equal("""{"[redacted:email]":1,"x":{"[redacted:email]#2":2}}""", test.Events[1]);
    }

    [Fact]
    public async Task Many_and_long_names_are_told_apart()
    {
        await using var test = new TestClient();
        var random = new Random(4);
        var names = Enumerable.Range(0, 300).Select(i =>
            $"attribute.{new string('x', i % 40)}.{i / 2}.with.the.same.end").ToList();
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);

        var built = TelemetryEvent.Log(TelemetryLevel.Info, "m");
        for (var i = 0; i < 1_000; i++)
        {
            var name = names[random.Next(names.Count)];
            expected[name] = i;
            built = built.With(name, i);
        }

        test.Client.Send(built);
        await test.FlushedAsync();

        AssertNamesAreUnique(test.Events[0]);
        Assert.Equal(expected.OrderBy(one => one.Key, StringComparer.Ordinal),
            Attributes(test.Events[0]).EnumerateObject().Select(one => KeyValuePair.Create(one.Name, one.Value.GetInt32()))
                .OrderBy(one => one.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task More_names_than_are_compared_all_arrive()
    {
        await using var test = new TestClient();
        var names = Enumerable.Range(0, 10_000).ToList();

        var built = TelemetryEvent.Log(TelemetryLevel.Info, "m");
        foreach (var i in names)
            built = built.With($"n{i}", i);
        test.Client.Send(built.With("n0", -1).With("n8191", -1).With("last", 1));
        await test.FlushedAsync();

        var attributes = Attributes(test.Events[0]);
        Assert.All(names, i => Assert.True(attributes.TryGetProperty($"n{i}", out _)));
        Assert.Equal(1, attributes.GetProperty("last").GetInt32());
    }

    private static JsonElement Attributes(string json) => JsonDocument.Parse(json).RootElement.GetProperty("attributes");

    private static void AssertNamesAreUnique(string json)
    {
        var open = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartObject)
                open.Push(new HashSet<string>(StringComparer.Ordinal));
            else if (reader.TokenType is JsonTokenType.EndObject)
                open.Pop();
            else if (reader.TokenType is JsonTokenType.PropertyName)
                Assert.True(open.Peek().Add(reader.GetString()!), $"{reader.GetString()} stands twice in {json}");
        }
    }
}
