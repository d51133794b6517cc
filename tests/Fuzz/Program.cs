using System.Diagnostics;
using Fuzz.Runs;
using Fuzz.Targets;

namespace Fuzz;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        FuzzOptions options;
        try
        {
            options = FuzzOptions.Parse(arguments);
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"fuzz: {e.Message}\n\n{FuzzOptions.Usage}");
            return 2;
        }

        return options.Replay is { } file ? Replay(file) : await FuzzAsync(options);
    }

    private static int Replay(string path)
    {
        var file = CorpusFile.Read(path);
        if (FuzzTargets.Find(file.Target) is not { } target)
        {
            Console.Error.WriteLine($"fuzz: {path} is for the target '{file.Target}', which does not exist");
            return 2;
        }

        var verdict = new InputRunner(target, TimeProvider.System).Run(file.Input);
        Console.WriteLine($"{file.Target}: {verdict.Outcomes} ({string.Join("; ", verdict.Traits)})");
        Console.WriteLine($"{verdict.Elapsed.TotalMilliseconds:N1} ms, {verdict.Allocated:N0} bytes allocated");
        Console.WriteLine(verdict.Problem is { } problem ? $"broken: {problem}" : "every rule holds");
        return verdict.Problem is null ? 0 : 1;
    }

    private static async Task<int> FuzzAsync(FuzzOptions options)
    {
        var targets = FuzzTargets.Create().Where(target => options.Target is null || target.Name == options.Target).ToList();
        var reports = new List<TargetReport>();
        for (var i = 0; i < targets.Count; i++)
        {
            var count = (options.Inputs * (i + 1) / targets.Count) - (options.Inputs * i / targets.Count);
            var campaign = new WatchedCampaign(targets[i], options.Seed, TimeProvider.System);
            reports.Add(campaign.Campaign.Report);
            var endless = await campaign.RunAsync(
                count, failure => Tell(failure, options), running => Progress(running.Report, count));
            if (endless is not null)
            {
                Tell(endless, options);
                return 1;
            }

            if (options.Collect is { } folder)
                Collect(campaign.Campaign, targets[i], folder);
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"\nseed {options.Seed}, {reports.Sum(report => report.Inputs):N0} inputs,"
            + $" at most {process.PeakWorkingSet64 / 1_048_576:N0} MiB resident\n");
        Console.Write(ReportTable.Render(reports));
        return reports.Exists(report => report.Failures > 0) ? 1 : 0;
    }

    private static void Progress(TargetReport report, long count) =>
        Console.WriteLine(
            $"{report.Target}: {report.Inputs:N0} of {count:N0} inputs, {report.Traits} traits,"
            + $" longest {report.Longest.TotalMilliseconds:N1} ms, {report.Failures} failures");

    private static void Tell(Failure failure, FuzzOptions options)
    {
        var path = new CorpusFile(failure.Target, null, failure.Input, failure.Problem.Split('\n')[0]).Write(options.Out);
        Console.WriteLine($"{failure.Target}: {failure.Problem}\n  written to {path}: fuzz --replay {path}");
    }

    private static void Collect(Campaign campaign, IFuzzTarget target, string folder)
    {
        var runner = new InputRunner(target, TimeProvider.System);
        foreach (var (trait, input) in campaign.Traits)
            new CorpusFile(target.Name, runner.Run(input).Outcomes, input, trait).Write(folder);
    }
}
