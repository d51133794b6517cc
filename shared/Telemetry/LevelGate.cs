namespace Telemetry;

/// <summary>
/// The lowest levels of all clients of this process. An event below them is not built, because no client would send it. A client
/// that is never disposed stays counted: then events are built that nobody sends, which costs time and changes nothing else.
/// </summary>
internal static class LevelGate
{
    private static readonly Lock Gate = new();
    private static readonly List<LevelRules> Clients = [];
    private static int s_general;
    private static int s_categories;

    /// <summary>Whether any client may send a log without a category.</summary>
    internal static bool MaySend(TelemetryLevel level) => (int)level >= s_general;

    /// <summary>Whether any client may send a log with a category.</summary>
    internal static bool MaySendWithCategory(TelemetryLevel level) => (int)level >= s_categories;

    internal static void Add(LevelRules rules)
    {
        lock (Gate)
        {
            Clients.Add(rules);
            Set();
        }
    }

    internal static void Remove(LevelRules rules)
    {
        lock (Gate)
        {
            Clients.Remove(rules);
            Set();
        }
    }

    private static void Set()
    {
        var (general, categories) = Clients.Count == 0 ? (0, 0) : (int.MaxValue, int.MaxValue);
        foreach (var rules in Clients)
        {
            general = Math.Min(general, (int)rules.Minimum);
            categories = Math.Min(categories, (int)rules.Lowest);
        }

        s_general = general;
        s_categories = categories;
    }
}
