using System.Text;
using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Sending;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary>
/// What a client does to a ready event and to one that was built, under options of every kind: what it does before anything is
/// buffered.
/// </summary>
internal sealed class SendTarget : IFuzzTarget
{
    private const int SmallestEvent = 4_096;

    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "password", "\"password\":", "password=", "[password, ", "(token, ", "]", ")", ", ", "Cookie: a=b; c=d", "@",
            "a@example.org",
            "://u:p@h", "4111111111111111", "4111 1111 1111 1111", "Bearer abc123def", "basic dXNlcjpwYXNzd29yZA==",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----", "\"attributes\":{",
            "\\u0061ttributes", "\\ud800", "\\udc00\\ud800", "\\u", "\\", "traceId", "12345678901234567890123456789012",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly QueueEndpoint Queue =
        QueueEndpoint.TryParse("https://account.queue.core.windows.net/telemetry", null, null, out var queue, out var error)
            ? queue
            : throw new InvalidOperationException(error);

    private readonly EventGovernor[] _governors = [.. Options().Select(options => options.NewGovernor())];
    private readonly EventGovernor _nothing = Create(RedactionOptions.None, int.MaxValue).NewGovernor();

    public string Name => "send";

    public IEnumerable<FuzzInput> Seeds =>
        ((string[])
        [
            """{"\ud800aaaaaaaa":1}""", """{"password":{"a":[1]},"b":"[password, x], [a, b]"}""",
            """{"attributes":{"a@example.org":1,"b":"\ud83d\udc0e"},"c":2}""",
            """{"n":4111111111111111,"t":"4111 1111 1111 1111","u":"\u0034111111111111111"}""",
            """{"style":"logs","attributes":{"h":"Cookie: a=b; c=d\nAuthorization: Bearer x","traceId":"4111111111111111"}}""",
        ]).Select(Encoding.UTF8.GetBytes).Append(Wide()).Select(FuzzInput.Of);

    public FuzzInput Make(Random random, InputPool pool)
    {
        var json = JsonMutator.Mutate(pool.Pick(random).Bytes, pool.Pick(random).Bytes, random).ToList();
        for (var more = random.Next(4); more > 0; more--)
            json.InsertRange(random.Next(json.Count + 1), Fragments[random.Next(Fragments.Length)]);
        return FuzzInput.Of([.. json]);
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        var json = input.Bytes.AsSpan().Trim(" \t\r\n"u8).ToArray();
        if (EventShape.Check(json) is { } shape)
        {
            seen.Refuse(new Refusal(RefusalReason.Malformed, shape));
            return;
        }

        var isObject = ReferenceJson.Read(json) is not null;
        var isSame = _nothing.GovernReady(json, out var same) is null && same.SequenceEqual(json);
        FuzzRuleException.Unless(isSame, "an event is changed though nothing is looked for");
        foreach (var governor in _governors)
        {
            meter.Start();
            var problem = governor.GovernReady(json, out var ready);
            meter.Stop();
            Check(json, isObject, problem, ready, seen);
            meter.Start();
            problem = governor.Govern(json, .., out var built);
            meter.Stop();
            Check(json, isObject, problem, built, seen);
        }
    }

    // The memory of a rewriting is kept and grows with the largest event; a deep event takes a bit for each level.
    public long MemoryBound(FuzzInput input) => (64L * input.Length) + 262_144;

    private static void Check(byte[] json, bool isObject, string? problem, ReadOnlySpan<byte> result, Observation seen)
    {
        if (problem is not null)
        {
            FuzzRuleException.Unless(!isObject, "a JSON object is refused");
            seen.Refuse(new Refusal(RefusalReason.Malformed, problem));
            return;
        }

        FuzzRuleException.Unless(
            !isObject || ReferenceJson.Read(result.ToArray()) is not null, "a JSON object is none any more");
        seen.Accept(result.SequenceEqual(json) ? "as it is" : "changed");
    }

    private static IEnumerable<TelemetryOptions> Options()
    {
        foreach (var patterns in Enum.GetValues<RedactionPatterns>())
        {
            yield return Create(new RedactionOptions { Patterns = patterns }, SmallestEvent);
            yield return Create(new RedactionOptions { Patterns = patterns, Names = ["\u00e9", "id"] }, int.MaxValue);
        }
    }

    private static TelemetryOptions Create(RedactionOptions redaction, int eventBytes) => new()
    {
        Queue = Queue,
        Redaction = redaction,
        AttributeBytes = Math.Min(64, eventBytes),
        EventBytes = eventBytes,
    };

    // Larger than the limit: attributes are left out.
    private static byte[] Wide()
    {
        var attributes = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"a{i}\":\"{new string('é', 30)}\""));
        return Encoding.UTF8.GetBytes($$"""{"style":"logs","attributes":{{{attributes}}},"service":"s"}""");
    }
}
