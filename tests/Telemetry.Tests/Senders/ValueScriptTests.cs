using System.Text;
using System.Text.Json;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Senders;

/// <summary>Whatever values the senders of docs/senders are given: what leaves is an event, or nothing does.</summary>
public sealed class ValueScriptTests
{
    private static readonly Dictionary<string, string> Odd = new(StringComparer.Ordinal)
    {
        ["py"] = """
            import collections, datetime, decimal, uuid
            event = collections.OrderedDict(v=float("nan"), inf=[float("inf"), {"x": -float("inf")}], text="NaN", half="\ud800", at=datetime.date(2026, 1, 2),
                sum=decimal.Decimal("1.10"), id=uuid.UUID(int=7), big=2**70, real=0.1, none=None)
            """,
        ["mjs"] = """
            const event = { v: NaN, inf: [Infinity, { x: -Infinity }], text: 'NaN', half: '\ud800', at: new Date('2026-01-02'),
              sum: 1.1, id: undefined, big: 2n ** 70n, real: 0.1, none: null };
            """,
    };

    public static TheoryData<string> Languages => [.. Script.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task A_value_that_JSON_has_no_number_for_becomes_a_text(string language)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("{}"));
        var code = Odd[language] + (language is "py"
            ? "\nimport post, wire\npost.send(event)\nfor text in wire.pack([event, event]): post.post(text)"
            : "\nconst { send, post } = await import('./post.mjs'); const { pack } = await import('./wire.mjs');\n"
                + "await send(event);\nfor (const text of pack([event, event])) await post(text);");

        var result = await Script.EvaluateAsync(language, code, PostScriptTests.SqsEnvironment(sqs.Endpoint, token: null));

        Assert.True(result.ExitCode == 0, result.Errors);
        var events = Events(sqs);
        Assert.Equal(3, events.Count);
        Assert.All(events, json =>
        {
            Assert.Null(EventJson.Problem(json));
            var members = JsonDocument.Parse(json).RootElement;
            Assert.Equal("NaN", members.GetProperty("v").GetString());
            Assert.Equal("Infinity", members.GetProperty("inf")[0].GetString());
            Assert.Equal("-Infinity", members.GetProperty("inf")[1].GetProperty("x").GetString());
            Assert.StartsWith("2026-01-02", members.GetProperty("at").GetString(), StringComparison.Ordinal);
            Assert.Equal("1180591620717411303424", members.GetProperty("big").ToString());
            Assert.Equal("0.1", members.GetProperty("real").GetRawText());
        });
    }

    [Theory]
    [InlineData("py", "wire.pack([{'a': 1}, '{\"b\": 2}', b'{\"c\":3}', b'\\xef\\xbb\\xbf{}'])")]
    [InlineData("mjs", "pack([{ a: 1 }, '{\"b\": 2}', Buffer.from('{\"c\":3}'), '\\ufeff{}'])")]
    public async Task Events_are_packed_as_objects_and_as_texts(string language, string packed)
    {
        var result = await Script.EvaluateAsync(language, language is "py"
            ? $"import wire\nfor text in {packed}: print(text)"
            : $"const {{ pack }} = await import('./wire.mjs'); for (const text of {packed}) console.log(text);");

        Assert.True(result.ExitCode == 0, result.Errors);
        using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
        receiver.Receive(Encoding.ASCII.GetBytes(result.Output.Trim()));
        Assert.Equal(
            ["""{"a":1}""", """{"b": 2}""", """{"c":3}""", "{}"],
            Assert.Single(receiver.Batches).Events.Select(Encoding.UTF8.GetString));
    }

    [Theory]
    [InlineData("py", "post.send([1])", "an event is a dict")]
    [InlineData("py", "post.send('text')", "an event is a dict")]
    [InlineData("py", "post.send(None)", "an event is a dict")]
    [InlineData("py", "list(wire.pack([[1]]))", "an event is a dict")]
    [InlineData("py", "list(wire.pack([{}], limit=40))", "give 52 or more")]
    [InlineData("mjs", "await send([1])", "an event is an object")]
    [InlineData("mjs", "await send(undefined)", "an event is an object")]
    [InlineData("mjs", "await send(new Date())", "an event is an object")]
    [InlineData("mjs", "[...pack([null])]", "an event is an object")]
    [InlineData("mjs", "[...pack([{}], 40)]", "give 52 or more")]
    [InlineData("mjs", "[...pack([{}], NaN)]", "give 52 or more")]
    public async Task What_is_no_event_is_refused_before_anything_leaves(string language, string call, string error)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("{}"));

        var result = await Script.EvaluateAsync(
            language,
            language is "py"
                ? $"import post, wire\n{call}"
                : $"const {{ send }} = await import('./post.mjs'); const {{ pack }} = await import('./wire.mjs'); {call}",
            PostScriptTests.SqsEnvironment(sqs.Endpoint, token: null));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(error, result.Errors, StringComparison.Ordinal);
        Assert.Empty(sqs.Requests);
    }

    private static List<byte[]> Events(FakeSqs sqs)
    {
        using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
        foreach (var request in sqs.Requests)
            receiver.Receive(Encoding.UTF8.GetBytes((string)request.Json["MessageBody"]!));
        Assert.Empty(receiver.Refusals);
        return [.. receiver.PlainEvents, .. receiver.Batches.SelectMany(batch => batch.Events)];
    }
}
