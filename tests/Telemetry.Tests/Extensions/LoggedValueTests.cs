using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.Specialized;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Telemetry.Governance;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Extensions;

/// <summary>
/// Values keep their types and maps their names, whatever class holds them; and so names tell redaction what is secret.
/// </summary>
public sealed class LoggedValueTests
{
    private static readonly HttpRequestMessage Request = new()
    {
        Headers = { { "X-Tags", ["a", "b"] }, { "password", "hunter2" } },
    };

    /// <summary>
    /// Maps with the name <c>password</c> and the value <c>hunter2</c> beside <c>a</c>, in every class that strangers log.
    /// </summary>
    public static TheoryData<string, object, string> Maps => new()
    {
        { "Dictionary<string,string>", new Dictionary<string, string> { ["a"] = "1", ["password"] = "hunter2" }, "\"1\"" },
        { "Dictionary<string,object>", new Dictionary<string, object> { ["a"] = 1, ["password"] = "hunter2" }, "1" },
        { "Dictionary<string,JsonNode>", new Dictionary<string, JsonNode> { ["a"] = 1.5, ["password"] = "hunter2" }, "1.5" },
        { "Hashtable", new Hashtable { ["a"] = 1L, ["password"] = "hunter2" }, "1" },
        { "SortedList", new SortedList { ["a"] = true, ["password"] = "hunter2" }, "true" },
        { "ListDictionary", new ListDictionary { ["a"] = 1, ["password"] = "hunter2" }, "1" },
        { "NameValueCollection", new NameValueCollection { ["a"] = "1", ["password"] = "hunter2" }, "\"1\"" },
        { "StringDictionary", new StringDictionary { ["a"] = "1", ["password"] = "hunter2" }, "\"1\"" },
        { "HeaderDictionary", new HeaderDictionary { ["a"] = "1", ["password"] = "hunter2" }, "[\"1\"]" },
        { "JsonObject", new JsonObject { ["a"] = 1, ["password"] = "hunter2" }, "1" },
        { "JsonElement", JsonDocument.Parse("""{"a":1.50,"password":"hunter2"}""").RootElement, "1.50" },
        { "JsonDocument", JsonDocument.Parse("""{"a":null,"password":"hunter2"}"""), "null" },
        { "ConcurrentDictionary", new ConcurrentDictionary<string, object>([new("a", 1), new("password", "hunter2")]), "1" },
        { "FrozenDictionary", new Dictionary<string, int> { ["a"] = 1, ["password"] = 2 }.ToFrozenDictionary(), "1" },
        { "ImmutableDictionary", ImmutableDictionary.CreateRange<string, object>([new("a", 1), new("password", "hunter2")]),
            "1" },
        { "pairs of string", new KeyValuePair<string, string>[] { new("a", "1"), new("password", "hunter2") }, "\"1\"" },
        { "pairs of object", new List<KeyValuePair<string, object>> { new("a", new Version(1, 2)), new("password", 1) },
            "\"1.2\"" },
        { "pairs of DateOnly?", Pairs(("a", (DateOnly?)new DateOnly(2026, 1, 2)), ("password", null)), "\"2026-01-02\"" },
        { "pairs of int", Pairs(("a", 1), ("password", 4711)), "1" },
        { "pairs by another key", new Dictionary<Name, int> { [new("a")] = 1, [new("password")] = 2 }.ToList(), "1" },
        { "tuples", new List<(string, object)> { ("a", 1), ("password", "hunter2") }, "1" },
        { "Tuple", new[] { Tuple.Create("a", 1), Tuple.Create("password", 4711) }, "1" },
        { "lazy pairs", Enumerable.Range(0, 2).Select(i => KeyValuePair.Create(i == 0 ? "a" : "password", i)), "0" },
        { "groups", new[] { ("a", "1"), ("password", "hunter2") }.ToLookup(pair => pair.Item1, pair => pair.Item2), "[\"1\"]" },
        { "HTTP headers", Request.Headers, "[\"a\",\"b\"]" },
    };

    [Theory]
    [MemberData(nameof(Maps))]
    public async Task A_map_of_any_class_keeps_its_names_and_gives_no_secret_away(string name, object map, string value)
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");

        using (logger.BeginScope(map))
            logger.LogWarning("headers {Headers} were refused", map);
        logger.LogWarning("nested {Nested}", new object[] { new[] { map } });
        test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "by hand").With("Headers", map));
        await test.FlushedAsync();

        Assert.All(test.Test.Events, json => Assert.DoesNotContain("hunter2", json, StringComparison.Ordinal));
        var events = test.Test.Events.Select(json => JsonDocument.Parse(json).RootElement.GetProperty("attributes")).ToList();
        JsonElement[] written =
        [
            events[0].GetProperty("Headers"), events[0].GetProperty("scopes")[0], events[1].GetProperty("Nested")[0],
            events[2].GetProperty("Headers"),
        ];
        Assert.All(written, one => Assert.Contains(one.GetProperty("password").GetString(), (string?[])["[redacted]", null]));
        Assert.All(written, one => Assert.Equal(value, one.GetProperty(name == "HTTP headers" ? "X-Tags" : "a").GetRawText()));
    }

    /// <summary>One name with its value, as a value and as a scope.</summary>
    public static TheoryData<object> SinglePairs => new()
    {
        KeyValuePair.Create("password", "hunter2"), KeyValuePair.Create("password", 42),
        new DictionaryEntry("password", "hunter2"),
        ("password", "hunter2"), Tuple.Create("password", "hunter2"), ("password", new[] { "hunter2" }),
        KeyValuePair.Create("password", new Name("hunter2")),
    };

    [Theory]
    [MemberData(nameof(SinglePairs))]
    public async Task A_pair_and_a_two_tuple_are_a_map_of_one(object pair)
    {
        await using var test = new LoggingClient();
        var logger = test.Logger("Orders");

        using (logger.BeginScope(pair))
            logger.LogWarning(new InvalidOperationException($"refused {pair}, {pair}"), "got {Pair} today", pair);
        await test.FlushedAsync();

        Assert.Equal("""{"password":"[redacted]"}""", test.SingleAttributes.GetProperty("Pair").GetRawText());
        Assert.Equal("""[{"password":"[redacted]"}]""", test.SingleAttributes.GetProperty("scopes").GetRawText());
        var text = test.Test.Events[0];
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("42", test.SingleEvent.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("today", test.SingleEvent.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Values and how they read in JSON.</summary>
    public static TheoryData<object, string> Values => new()
    {
        { 0.1f, "0.1" },
        { float.MaxValue, "3.4028235E+38" },
        { float.NaN, "\"NaN\"" },
        { double.NegativeInfinity, "\"-Infinity\"" },
        { (Half)0.1, "0.1" },
        { Half.PositiveInfinity, "\"Infinity\"" },
        { 79228162514264337593543950335m, "79228162514264337593543950335" },
        { -0.0000000000000000000000000001m, "-0.0000000000000000000000000001" },
        { 12.50m, "12.50" },
        { Int128.MinValue, "-170141183460469231731687303715884105728" },
        { UInt128.MaxValue, "340282366920938463463374607431768211455" },
        { BigInteger.Pow(10, 200), "1" + new string('0', 200) },
        { ulong.MaxValue, "18446744073709551615" },
        { (nint)(-5), "-5" },
        { (nuint)5, "5" },
        { (short)-3, "-3" },
        { new DateOnly(2026, 11, 20), "\"2026-11-20\"" },
        { new TimeOnly(9, 0, 1, 123), "\"09:00:01.123\"" },
        { new TimeOnly(9, 0), "\"09:00:00\"" },
        { new DateTime(2026, 11, 20, 9, 0, 0, DateTimeKind.Unspecified), "\"2026-11-20T09:00:00\"" },
        { TimeSpan.FromSeconds(1.5), "\"00:00:01.5000000\"" },
        { new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]), "\"00000001-0002-0003-0405-060708090a0b\"" },
        { 'x', "\"x\"" },
        { LogLevel.Error, "\"Error\"" },
        { new Version(1, 2), "\"1.2\"" },
        { new Money(1.5), "\"Money { Amount = 1.5 }\"" },
        { new Complex(1.5, 2), "\"<1.5; 2>\"" },
        { new object?[] { null, 1, "a", 1.5f, true }, "[null,1,\"a\",1.5,true]" },
        { new JsonArray(1, "a", true, null, new JsonObject { ["x"] = 1.50m }), "[1,\"a\",true,null,{\"x\":1.50}]" },
        { JsonNode.Parse("""[1.0,"a\u00e9",{"b":[null]}]""")!, "[1.0,\"aé\",{\"b\":[null]}]" },
        { JsonValue.Create(12)!, "12" },
        { (1, "a", 2.5), "[1,\"a\",2.5]" },
        { (1, 2), "[1,2]" },
        { new Dictionary<string, object>(), "{}" },
        { new List<int>(), "[]" },
        { new Dictionary<int, DateOnly> { [7] = new(2026, 1, 2) }, "{\"7\":\"2026-01-02\"}" },
        { new List<KeyValuePair<string, int>> { new("a", 1), new("a", 2) }, "{\"a\":2}" },
        { JsonDocument.Parse("""{"a":1,"a":2}"""), "{\"a\":2}" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_keeps_its_type_in_every_culture(object value, string expected)
    {
        await using var test = new LoggingClient(options => options with { Redaction = RedactionOptions.None });
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NegativeSign = "~" } };
        try
        {
            List<KeyValuePair<string, object?>> state = [new("Value", value)];
            test.Logger("Orders").Log(LogLevel.Information, default, state, null, static (_, _) => "");
            test.Test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "").With("Value", value));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        await test.FlushedAsync();

        Assert.All(test.Test.Events, json =>
            Assert.Equal(
                expected, JsonDocument.Parse(json).RootElement.GetProperty("attributes").GetProperty("Value").GetRawText()));
    }

    [Fact]
    public async Task Numbers_that_With_takes_are_not_widened_on_the_way()
    {
        await using var test = new TestClient();

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Info, "").With("f", 0.1f).With("u", ulong.MaxValue).With("i", 1).With("n", (nint)3)
                .With("d", 0.1).With("nan", float.NaN).With("text", "a")
                .With("at", new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero)).With("nothing", null));
        await test.FlushedAsync();

        Assert.Equal(
            """{"f":0.1,"u":18446744073709551615,"i":1,"n":3,"d":0.1,"nan":"NaN","text":"a","""
            + "\"at\":\"2026-11-20T09:00:00+00:00\",\"nothing\":null}",
            test.SingleEvent.GetProperty("attributes").GetRawText());
    }

    private static List<KeyValuePair<string, T>> Pairs<T>(params (string Name, T Value)[] pairs) =>
        [.. pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))];

    private sealed record Name(string Text)
    {
        public override string ToString() => Text;
    }

    private sealed record Money(double Amount);
}
