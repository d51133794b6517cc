using System.Text;
using System.Text.Json;
using Telemetry.Governance;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

/// <summary>A ready event never throws, whatever its bytes are and whatever is looked for in it.</summary>
public sealed class AnyBytesTests
{
    private static readonly TelemetryOptions[] Options = [.. All()];

    public static TheoryData<string> Events => new(
        """{"\ud800aaaaaaaa":1}""", """{"\udc00ttributes":{"a@example.org":1}}""", """{"a":"\ud800 a@example.org"}""",
        """{"\ud800password":"\udc00"}""",
        """{"attributes":{"\ud800":"\ud83d\ud83d","b":"4111111111111111"}}""", """{"\ud83d\udc0epassword":1e999}""",
        """{"a\u":"x@example.org"}""", """{"\uZZZZpassword":"x"}""", """{"password":"x" "b":1}""", """{"password":}""",
        """{"":"","@":"@","password":""}""", """{"password":[[[[}""");

    [Theory]
    [MemberData(nameof(Events))]
    public void A_broken_text_is_sent_or_refused(string json)
    {
        foreach (var options in Options)
            Send(options, Encoding.UTF8.GetBytes(json));
    }

    [Fact]
    public void Deep_and_huge_events_are_sent_or_refused()
    {
        foreach (var depth in (int[])[63, 64, 65, 510, 511, 512, 513, 600, 100_000])
        {
            var value = new string('[', depth) + "\"\\ud800\"" + new string(']', depth);
            Send(Options[0], Encoding.UTF8.GetBytes($"{{\"p@example.org\":{value}}}"));
        }

        var digits = new string('4', 100_000);
        Send(Options[0], Encoding.UTF8.GetBytes($"{{\"card\\u0000\":{digits},\"e\":1e{digits}}}"));
    }

    [Fact]
    public async Task What_is_named_with_half_a_surrogate_pair_arrives()
    {
        await using var test = new TestClient();

        test.Client.Send("{\"\\ud800aaaaaaaa\":1}"u8);
        test.Client.Send("{\"\\ud800attributes\":{\"mail\":\"a@example.org\"}}"u8);
        await test.FlushedAsync();

        Assert.Equal(["{\"\\ud800aaaaaaaa\":1}", "{\"\\ud800attributes\":{\"mail\":\"[redacted:email]\"}}"], test.Events);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_anywhere_in_what_is_built_here_becomes_a_replacement_character()
    {
        const string half = "\ud800x";
        await using var test = new TestClient(options => options with { Service = half, Release = half, Function = half });
        TelemetryContext.RequestId = half;

        test.Client.Send(
            TelemetryEvent.Log(TelemetryLevel.Info, half, half).With(half, half)
                .With(half, new Dictionary<string, string> { [half] = half }));
        test.Client.Send(TelemetryEvent.Metric(half, 1, half));
        await test.FlushedAsync();

        foreach (var json in test.Events)
        {
            var root = JsonDocument.Parse(json).RootElement;
            Assert.All(
                (string[])["service", "release", "function", "requestId"],
                member => Assert.Equal("\ufffdx", root.GetProperty(member).GetString()));
        }
    }

    private static void Send(TelemetryOptions options, byte[] json)
    {
        var governor = options.NewGovernor();
        var problem = governor.GovernReady(json, out var result);
        Assert.True(problem is not null || !result.IsEmpty);
        governor.Govern(json, .., out _);
    }

    private static IEnumerable<TelemetryOptions> All()
    {
        foreach (var patterns in Enum.GetValues<RedactionPatterns>().Reverse())
        {
            foreach (var names in (IReadOnlyList<string>[])[RedactionOptions.DefaultNames, [], ["é", "id"]])
            {
                foreach (var bytes in (int[])[64, 1024 * 1024])
                {
                    yield return new TelemetryOptions
                    {
                        Queue = TestClient.Endpoint,
                        Redaction = new RedactionOptions { Patterns = patterns, Names = names },
                        AttributeBytes = bytes,
                        EventBytes = Math.Max(4_096, bytes),
                    };
                }
            }
        }
    }
}
