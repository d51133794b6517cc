using System.Collections.Immutable;
using Harness.Components;

namespace HostFigures;

/// <summary>How Lambda executables start, side by side: time, memory and size.</summary>
internal static class Starts
{
    private const int Times = 15;
    private const int Invocations = 200;

    internal static async Task RunAsync(IReadOnlyList<string> programs)
    {
        await using var fauxqs = await FauxqsServer.StartAsync();
        await fauxqs.CreateQueueAsync("figures");
        var environment = BridgeQueue.Of(fauxqs, "figures").SenderEnvironment().SetItem("TELEMETRY_FLUSH_BUDGET_MS", "10000");
        var all = programs.Select(program => program.Split('=', 2)).ToDictionary(
            parts => parts[0], parts => new Measured(parts[1]), StringComparer.Ordinal);
        // In turns, so that whatever else the machine does falls on all of them.
        for (var i = 0; i < Times; i++)
        {
            foreach (var measured in all.Values)
                await measured.StartAsync(environment, isLast: i == Times - 1);
        }

        Console.WriteLine(
            "| | start to first question | start to first response | start to first accepted message | warm response"
            + " | memory (RSS, peak) | size |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (name, measured) in all)
            Console.WriteLine($"| {name} | {measured} |");
    }

    private sealed class Measured(string program)
    {
        private readonly List<TimeSpan> _starts = [];
        private readonly List<TimeSpan> _firsts = [];
        private readonly List<TimeSpan> _accepted = [];
        private readonly List<TimeSpan> _warm = [];
        private double _megabytes;

        public async Task StartAsync(ImmutableDictionary<string, string> environment, bool isLast)
        {
            await using var host = await LambdaHost.StartAsync(program, environment);
            _starts.Add(host.Start);
            _firsts.Add(host.FirstResponse);
            _accepted.Add(host.FirstAccepted);
            if (!isLast)
                return;
            for (var i = 0; i < Invocations; i++)
                _warm.Add(await host.InvokeAsync());
            _megabytes = PeakMemory.Of(host.ProcessId);
        }

        public override string ToString() =>
            $"{Median.Of(_starts):0} ms | {Median.Of(_firsts):0} ms | {Median.Of(_accepted):0} ms | {Median.Of(_warm):0.00} ms | {_megabytes:0} MB | {SizeOf(program):0.0} MB";

        // What is deployed: everything beside the executable that the process may load.
        private static double SizeOf(string program) => new DirectoryInfo(Path.GetDirectoryName(program)!)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is "" or ".dll" or ".json" or ".so")
            .Sum(file => file.Length) / 1e6;
    }
}
