using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Local.Demo;

/// <summary>Generated events: JSON Lines, each with a <c>demoId</c> of its own.</summary>
internal sealed class SampleEvents
{
    private static readonly string[] Levels = ["debug", "info", "info", "info", "warn"];
    private static readonly string[] Steps = ["validate", "reserve stock", "authorise payment", "pack", "hand over"];

    private SampleEvents(IReadOnlyList<string> ids, string lines)
    {
        Ids = ids;
        Lines = lines;
    }

    public IReadOnlyList<string> Ids { get; }

    public string Lines { get; }

    /// <summary>Generates events in the name of a service.</summary>
    public static SampleEvents Generate(string service, int count)
    {
        var ids = Enumerable.Range(1, count).Select(number => $"{service}-{number}").ToList();
        var lines = new StringBuilder();
        var now = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < count; i++)
            lines.Append(Event(service, ids[i], i, now.AddMilliseconds(i)).ToJsonString()).Append('\n');
        return new SampleEvents(ids, lines.ToString());
    }

    private static JsonObject Event(string service, string id, int number, DateTimeOffset at) => new()
    {
        ["timestamp"] = at.ToString("O", CultureInfo.InvariantCulture),
        ["style"] = "logs",
        ["level"] = Levels[number % Levels.Length],
        ["service"] = service,
        ["demoId"] = id,
        ["message"] = $"{Steps[number % Steps.Length]} took {Random.Shared.Next(1, 900)} ms",
        ["warehouse"] = $"w{number % 12}",
        ["trolley"] = Guid.NewGuid().ToString(),
    };
}
