using System.Collections;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Telemetry.Extensions;
using Telemetry.Listening;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Extensions;

/// <summary>
/// What cannot be read is marked, and all the rest arrives: one bad value costs no log, and none ends the process.
/// </summary>
public sealed class UnreadableValueTests
{
    private const string Mark = "[unreadable: NotSupportedException]";

    /// <summary>Values that fail where they are read, and what arrives of them.</summary>
    public static TheoryData<object, string> BadValues => new()
    {
        { new Bad(), $"\"{Mark}\"" },
        { new BadFormattable(), $"\"{Mark}\"" },
        { new object[] { 1, new Bad(), 2 }, $"[1,\"{Mark}\",2]" },
        { Endless(failAt: 2), $"[0,1,\"{Mark}\"]" },
        { new NoEnumerator(), $"\"{Mark}\"" },
        { new Dictionary<string, object> { ["a"] = 1, ["b"] = new Bad() }, $$"""{"a":1,"b":"{{Mark}}"}""" },
        { new Dictionary<object, object> { ["a"] = 1, [new Bad()] = 2 }, $$"""{"a":1,"{{Mark}}":2}""" },
        { Endless(failAt: 2).Select(i => KeyValuePair.Create($"k{i}", i)), $$"""{"k0":0,"k1":1,"…":"{{Mark}}"}""" },
        { Endless(failAt: 0).Select(i => KeyValuePair.Create($"k{i}", i)), $"[\"{Mark}\"]" },
        { KeyValuePair.Create("a", new Bad()), $$"""{"a":"{{Mark}}"}""" },
        { ("a", new Bad()), $$"""{"a":"{{Mark}}"}""" },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public async Task A_value_that_fails_is_marked_and_the_log_arrives(object value, string expected)
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");

        using (logger.BeginScope("order {OrderId}", 4711))
        using (logger.BeginScope(value))
            logger.LogError(new InvalidOperationException("no stock"), "before {Before} {Value} {After}", 1, value, 2);
        await test.FlushedAsync();

        var attributes = test.SingleAttributes;
        Assert.Equal((1, 2), (attributes.GetProperty("Before").GetInt32(), attributes.GetProperty("After").GetInt32()));
        Assert.Equal(expected, attributes.GetProperty("Value").GetRawText());
        Assert.Equal("no stock", attributes.GetProperty("exception.message").GetString());
        Assert.Equal(4711, attributes.GetProperty("scopes")[0].GetProperty("OrderId").GetInt32());
        Assert.Equal(expected, attributes.GetProperty("scopes")[1].GetRawText());
        Assert.StartsWith("before ", test.SingleEvent.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, test.Test.Client.Statistics.Dropped);
    }

    [Fact]
    public async Task A_list_that_changes_while_it_is_read_arrives_as_far_as_it_was_read()
    {
        await using var test = new LoggingClient();
        var list = new List<object> { 1 };
        list.Add(new Acting(() => list.Add(3)));

        List<KeyValuePair<string, object?>> state = [new("List", list)];
        test.Logger("Orders").Log(LogLevel.Information, default, state, null, static (_, _) => "changed");
        await test.FlushedAsync();

        var changed = test.SingleAttributes.GetProperty("List");
        Assert.Equal("""[1,"acted","[unreadable: InvalidOperationException]"]""", changed.GetRawText());
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2017", Justification = "The missing argument is what the test is about.")]
    public async Task A_missing_argument_of_the_template_costs_that_value_alone()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders").LogError(new InvalidOperationException("no stock"), "{First} and {Second}", 1);
        await test.FlushedAsync();

        Assert.Equal("{First} and {Second} [unreadable: FormatException]", test.SingleEvent.GetProperty("message").GetString());
        Assert.Equal(1, test.SingleAttributes.GetProperty("First").GetInt32());
        Assert.Equal("{First} and {Second}", test.SingleAttributes.GetProperty("message.template").GetString());
        Assert.Equal("no stock", test.SingleAttributes.GetProperty("exception.message").GetString());
    }

    [Fact]
    public async Task A_state_that_fails_leaves_message_and_exception()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders").Log(
            LogLevel.Error, new EventId(3), new BadState(), new InvalidOperationException("no stock"), static (_, _) =>
                "the message");
        await test.FlushedAsync();

        Assert.Equal("the message", test.SingleEvent.GetProperty("message").GetString());
        Assert.Equal("no stock", test.SingleAttributes.GetProperty("exception.message").GetString());
        Assert.Equal(3, test.SingleAttributes.GetProperty("event.id").GetInt32());
        Assert.Contains(Mark, test.SingleAttributes.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_that_fails_arrives_with_what_can_be_read()
    {
        await using var test = new LoggingClient();

        test.Logger("Orders").LogError(
            new BadException(new InvalidOperationException("the cause")), "failed with {Exception}", new BadException(null));
        await test.FlushedAsync();

        var attributes = test.SingleAttributes;
        Assert.EndsWith(nameof(BadException), attributes.GetProperty("exception.type").GetString(), StringComparison.Ordinal);
        Assert.Equal(Mark, attributes.GetProperty("exception.message").GetString());
        Assert.Equal(Mark, attributes.GetProperty("Exception").GetString());
        Assert.Contains(Mark, attributes.GetProperty("exception.stacktrace").GetString(), StringComparison.Ordinal);
        Assert.Contains("the cause", attributes.GetProperty("exception.stacktrace").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_and_a_scope_that_log_while_they_are_read_end()
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");
        Acting value = null!;
        value = new Acting(() => logger.LogInformation("again {Value}", value));
        var scope = new ActingScope(() => logger.LogInformation("in scope"));

        logger.LogInformation("value {Value}", value);
        using (logger.BeginScope(scope))
            logger.LogInformation("scope");
        await test.FlushedAsync();

        var messages = test.Test.Events.Select(json => JsonDocument.Parse(json).RootElement).ToList();
        var outer = Assert.Single(messages, json => json.GetProperty("message").GetString() == "value acted");
        Assert.Equal("acted", outer.GetProperty("attributes").GetProperty("Value").GetString());
        outer = Assert.Single(messages, json => json.GetProperty("message").GetString() == "scope");
        Assert.Equal(1, outer.GetProperty("attributes").GetProperty("scopes")[0].GetProperty("a").GetInt32());
        Assert.Contains(messages, json => json.GetProperty("message").GetString() == "in scope");
        Assert.InRange(messages.Count, 4, 100);
        Assert.Equal(0, test.Test.Client.Statistics.Dropped);
    }

    [Fact]
    public async Task A_tag_and_an_exception_that_send_while_they_are_read_end()
    {
        await using var test = new LoggingClient(listen: options => options.ActivitySources.Add("UnreadableValueTests"));
        using var source = new ActivitySource("UnreadableValueTests");
        _ = test.Logger("Orders");
        Acting tag = null!;
        tag = new Acting(() => source.StartActivity("inner")?.SetTag("tag", tag).Dispose());
        SendingException exception = null!;
        exception = new SendingException(() =>
            test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "inner").With(exception)));

        source.StartActivity("outer")!.SetTag("tag", tag).SetTag("bad", new Bad()).Dispose();
        test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "outer").With(exception).With("after", 1));
        await test.FlushedAsync();

        var outer = test.Test.Events.Where(json => json.Contains("\"outer\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, outer.Count);
        Assert.Contains($$"""{"tag":"acted","bad":"{{Mark}}"}""", outer[0], StringComparison.Ordinal);
        Assert.Contains("\"after\":1", outer[1], StringComparison.Ordinal);
        Assert.InRange(test.Test.Events.Count, 4, 200);
    }

    [Fact]
    public async Task A_value_without_an_end_is_cut_and_says_so()
    {
        await using var test = new LoggingClient();
        var self = new List<object>();
        self.AddRange(Enumerable.Repeat(self, 100));

        test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "endless").With("endless", Endless(int.MaxValue)));
        test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "self").With("self", self).With("after", 1));
        await test.FlushedAsync();

        Assert.Contains("1023,\"…[cut]\"]", test.Test.Events[0], StringComparison.Ordinal);
        Assert.InRange(test.Test.Events[1].Length, 1_000, 1_000_000);
        Assert.Contains("\"after\":1", test.Test.Events[1], StringComparison.Ordinal);
        _ = test.Test.Events.Select(json => JsonDocument.Parse(json)).ToList();
    }

    [Fact]
    public async Task Scopes_that_fail_as_a_whole_are_marked()
    {
        await using var test = new TestClient();
        await using var provider = new TelemetryQueueLoggerProvider(test.Client, new TelemetryListenerOptions());
        provider.SetScopeProvider(new BadScopes());

        provider.CreateLogger("Orders").LogInformation("within");
        await test.FlushedAsync();

        Assert.Equal($$"""["first","{{Mark}}"]""", test.SingleEvent.GetProperty("attributes").GetProperty("scopes").GetRawText());
    }

    private static IEnumerable<int> Endless(int failAt)
    {
        for (var i = 0; ; i++)
            yield return i < failAt ? i : throw new NotSupportedException("not now");
    }

    private sealed class Bad
    {
        public override string ToString() => throw new NotSupportedException("not now");
    }

    private sealed class BadFormattable : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => throw new NotSupportedException("not now");
    }

    private sealed class NoEnumerator : IEnumerable
    {
        public IEnumerator GetEnumerator() => throw new NotSupportedException("not now");
    }

    private sealed class Acting(Action act)
    {
        public override string ToString()
        {
            act();
            return "acted";
        }
    }

    private sealed class BadException(Exception? inner) : Exception(null, inner)
    {
        public override string Message => throw new NotSupportedException("not now");
    }

    private sealed class SendingException(Action send) : Exception
    {
        public override string Message
        {
            get
            {
                send();
                return "sent";
            }
        }
    }

    private sealed class BadState : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => throw new NotSupportedException("not now");

        public KeyValuePair<string, object?> this[int index] => throw new NotSupportedException("not now");

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => throw new NotSupportedException("not now");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class ActingScope(Action act) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 1;

        public KeyValuePair<string, object?> this[int index]
        {
            get
            {
                act();
                return new("a", 1);
            }
        }

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Enumerable.Repeat(this[0], 1).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class BadScopes : IExternalScopeProvider
    {
        public void ForEachScope<TState>(Action<object?, TState> callback, TState state)
        {
            callback("first", state);
            throw new NotSupportedException("not now");
        }

        public IDisposable Push(object? state) => throw new NotSupportedException("not now");
    }
}
