using System.Collections.Immutable;
using Harness.Components;

namespace HostFigures;

/// <summary>A function's response time with and without telemetry, as its caller sees it.</summary>
internal static class CallerTimes
{
    private const int Starts = 15;
    private const int FirstRounds = 30;
    private const int Rounds = 20;
    private const int PerRound = 100;
    private const double LambdaLimit = 1.05;
    private const double AzureLimit = 2;

    /// <param name="lambda">The Lambda executable to measure; null: as it was built.</param>
    internal static async Task<int> RunAsync(string? lambda) =>
        await LambdaAsync(lambda ?? Program("Quote.Aws", "bootstrap")) & await AzureAsync(
            Program("Quote.Azure", "quote-functions"))
            ? 0
            : 1;

    /// <summary>Azure's worker alone.</summary>
    internal static async Task<int> RunAzureAsync(string program) => await AzureAsync(program) ? 0 : 1;

    /// <summary>The first invocation on Lambda alone, of several executables in turns.</summary>
    internal static async Task<int> RunFirstAsync(IReadOnlyList<string> programs)
    {
        await using var fauxqs = await FauxqsServer.StartAsync();
        await fauxqs.CreateQueueAsync("figures");
        var on = BridgeQueue.Of(fauxqs, "figures").SenderEnvironment();
        var times = programs.Select(_ => (Off: new List<TimeSpan>(), On: new List<TimeSpan>())).ToList();
        for (var i = 0; i < FirstRounds; i++)
        {
            foreach (var (program, (off, with)) in programs.Zip(times))
                await AddFirstAsync(program, on, off, with);
        }

        var all = programs.Zip(times).Select(
            one => Show($"{one.First}: first invocation, start included", one.Second.Off, one.Second.On, LambdaLimit));
        return all.ToList().TrueForAll(holds => holds) ? 0 : 1;
    }

    private static async Task<bool> LambdaAsync(string program)
    {
        await using var fauxqs = await FauxqsServer.StartAsync();
        await fauxqs.CreateQueueAsync("figures");
        var on = BridgeQueue.Of(fauxqs, "figures").SenderEnvironment();

        var (coldOff, coldOn) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < Starts; i++)
            await AddFirstAsync(program, on, coldOff, coldOn);

        await using var without = await LambdaHost.StartAsync(program, Off(on));
        await using var with = await LambdaHost.StartAsync(program, on);
        var (warmOff, warmOn) = await AlternateAsync(without.InvokeAsync, with.InvokeAsync);
        // Where code is compiled as it runs, the first event's code is too: that is stated, and held to nothing.
        var firstLimit = File.Exists($"{program}.dll") ? (double?)null : LambdaLimit;
        return Show("Lambda, first invocation, start included", coldOff, coldOn, firstLimit)
            & Show("Lambda, warm", warmOff, warmOn, LambdaLimit);
    }

    private static async Task<bool> AzureAsync(string program)
    {
        await using var azurite = await AzuriteServer.StartAsync();
        await azurite.CreateQueueAsync("figures");
        var on = BridgeQueue.Of(azurite, "figures").SenderEnvironment();
        var (starts, startsOn) = (new List<TimeSpan>(), new List<TimeSpan>());
        var (firstOff, firstOn) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < Starts; i++)
        {
            await AddStartAsync(program, Off(on), starts, firstOff);
            await AddStartAsync(program, on, startsOn, firstOn);
        }

        await using var without = await AzureHost.StartAsync(program, Off(on));
        await using var with = await AzureHost.StartAsync(program, on);
        var (warmOff, warmOn) = await AlternateAsync(without.InvokeAsync, with.InvokeAsync);
        var more = Median.Of(warmOn) - Median.Of(warmOff);
        var holds = more <= AzureLimit;
        Show("Azure, start to loaded", starts, startsOn, limit: null);
        Show("Azure, first invocation", firstOff, firstOn, limit: null);
        Show("Azure, warm", warmOff, warmOn, limit: null);
        Console.WriteLine($"Azure, warm: {more:0.00} ms more; at most {AzureLimit} ms: {Word(holds)}");
        Console.WriteLine($"Azure, memory at its peak: {PeakMemory.Of(without.ProcessId):0} MiB without,"
            + $" {PeakMemory.Of(with.ProcessId):0} MiB with telemetry");
        return holds;
    }

    private static async Task AddFirstAsync(
        string program, ImmutableDictionary<string, string> on, List<TimeSpan> off, List<TimeSpan> with)
    {
        off.Add(await FirstResponseAsync(program, Off(on)));
        with.Add(await FirstResponseAsync(program, on));
    }

    private static async Task<TimeSpan> FirstResponseAsync(string program, ImmutableDictionary<string, string> environment)
    {
        await using var host = await LambdaHost.StartAsync(program, environment);
        return host.FirstResponse;
    }

    private static async Task AddStartAsync(
        string program, ImmutableDictionary<string, string> environment, List<TimeSpan> starts, List<TimeSpan> firsts)
    {
        await using var host = await AzureHost.StartAsync(program, environment);
        starts.Add(host.Start);
        firsts.Add(host.First);
    }

    // In turns, so that whatever else the machine does falls on both. The first rounds let the compiler finish.
    private static async Task<(List<TimeSpan> Off, List<TimeSpan> On)> AlternateAsync(
        Func<Task<TimeSpan>> off, Func<Task<TimeSpan>> on)
    {
        var times = (Off: new List<TimeSpan>(), On: new List<TimeSpan>());
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < PerRound; i++)
            {
                var (tookOff, tookOn) = (await off(), await on());
                if (round < Rounds / 4)
                    continue;
                times.Off.Add(tookOff);
                times.On.Add(tookOn);
            }
        }

        return times;
    }

    private static bool Show(string what, List<TimeSpan> off, List<TimeSpan> on, double? limit)
    {
        var (without, with) = (Median.Of(off), Median.Of(on));
        var holds = limit is null || with <= without * limit;
        var verdict = limit is { } most ? $"; at most {(most - 1) * 100:0} % more: {Word(holds)}" : "";
        Console.WriteLine($"{what}: {without:0.000} ms without, {with:0.000} ms with telemetry ({((with / without) - 1) * 100:+0.0;-0.0} %, medians of {on.Count}, "
            + $"middle halves {Median.MiddleHalf(off)} and {Median.MiddleHalf(on)}){verdict}");
        return holds;
    }

    private static string Word(bool holds) => holds ? "holds" : "BROKEN";

    private static ImmutableDictionary<string, string> Off(ImmutableDictionary<string, string> environment) =>
        environment.SetItem("QUOTE_TELEMETRY", "off").Remove("TELEMETRY_QUEUE");

    private static string Program(string project, string name) => BuiltProgram.Path($"tests/HostFigures/{project}", name);
}
