using System.Diagnostics;

namespace Simulation;

internal static class Program
{
    // A run takes some ten milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static int Main(string[] arguments)
    {
        SimulationOptions options;
        try
        {
            options = SimulationOptions.Parse(arguments);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine($"simulation: {e.Message}\n\n{SimulationOptions.Usage}");
            return 2;
        }

        ThreadPool.GetMaxThreads(out var threads, out _);
        if (threads != 1)
        {
            Console.Error.WriteLine($"simulation: the thread pool has {threads} threads, so that no run could be repeated; see simulation.runtimeconfig.json");
            return 2;
        }

        var began = Stopwatch.GetTimestamp();
        var total = new RunTotals();
        for (var seed = options.First; seed < options.First + options.Seeds; seed++)
            RunOne(seed, options, total);
        Console.WriteLine(total.Render(Stopwatch.GetElapsedTime(began)));
        return total.Broken == 0 ? 0 : 1;
    }

    private static void RunOne(int seed, SimulationOptions options, RunTotals total)
    {
        try
        {
            var report = new SimulatedRun(seed, options.Plant, options.Trace ? Console.Out : null).Run(Patience);
            total.Add(report);
            if (options.Trace)
                Console.WriteLine(report);
        }
        catch (Exception e)
        {
            total.AddBroken();
            Console.WriteLine($"seed {seed}: {e.Message}\n  again, with all that happens: dotnet run -c Release --project tests/Simulation -- --seed {seed} --trace{(options.Plant ? " --plant" : "")}");
        }
    }
}
