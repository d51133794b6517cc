namespace Telemetry;

/// <summary>
/// Lets an event know, before a byte of it is written, that no client of this process would send it: the lowest levels
/// of all living clients. A client that is never disposed keeps its levels open, which costs time and changes nothing.
/// </summary>
internal static class LevelGate
{
    private static readonly Lock Gate = new();
    private static readonly List<LevelRules> Clients = [];
    private static int s_general;
    private static int s_categories;

    /// <summary>Whether a log without a category may be sent by anyone.</summary>
    internal static bool MayPass(TelemetryLevel level) => (int)level >= s_general;

    /// <summary>Whether a log with a category may be sent by anyone.</summary>
    internal static bool MayPassWithCategory(TelemetryLevel level) => (int)level >= s_categories;

    internal static void Enter(LevelRules rules)
    {
        lock (Gate)
        {
            Clients.Add(rules);
            Set();
        }
    }

    internal static void Leave(LevelRules rules)
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
