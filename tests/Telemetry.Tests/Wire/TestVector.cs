using System.Text.RegularExpressions;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>One test vector of docs/wire-format.md, in the notation that the page explains.</summary>
internal sealed partial record TestVector(string Name, IReadOnlyList<(string Key, string Value)> Lines)
{
    internal IReadOnlyList<string> Messages => [.. All("message")];

    /// <summary>The lines that say what comes out.</summary>
    internal IReadOnlyList<string> Expected =>
        [.. Lines.Where(line => line.Key is "event" or "refused-event" or "refused").Select(line => $"{line.Key}: {line.Value}")];

    internal KeyRing ReceiverKeys => new(All("receiver-key").Select(MasterKey.Parse));

    internal CodecLimits ReceiverLimits => All("receiver-limit").Aggregate(CodecLimits.Default, WithLimit);

    internal static IReadOnlyList<TestVector> ReadPage() =>
        [.. Block().Matches(File.ReadAllText(Repository.PathOf("docs", "wire-format.md"))).Select(
            match => Parse(match.Groups["block"].Value))];

    internal IEnumerable<string> All(string key) => Lines.Where(line => line.Key == key).Select(line => line.Value);

    internal string? Find(string key) => All(key).SingleOrDefault();

    private static TestVector Parse(string block)
    {
        var lines = block.TrimEnd('\n').Split('\n')
            .Select(line => line.Split(": ", 2))
            .Select(parts => (parts[0].TrimEnd(':'), parts.Length > 1 ? parts[1] : ""))
            .ToList();
        return new TestVector(lines[0].Item2, lines);
    }

    private static CodecLimits WithLimit(CodecLimits limits, string text)
    {
        var value = int.Parse(text.Split(' ')[1]);
        return text.Split(' ')[0] switch
        {
            "batch" => limits with { BatchBytes = value },
            "events" => limits with { Events = value },
            "event" => limits with { EventBytes = value },
            var name => throw new FormatException($"no limit is called {name}"),
        };
    }

    [GeneratedRegex(
        @"^```vector\n(?<block>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Block();
}
