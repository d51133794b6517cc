using Harness.Components;
using Harness.Faults;

namespace Local.Faults;

/// <summary><c>faults</c>: runs the long forms and writes their table into docs/reliability.md.</summary>
internal static class FaultSuite
{
    private const string Page = "docs/reliability.md";

    /// <returns>0 when every event of every run is accounted for; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (FaultOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(FaultOptions.Usage);
            return 2;
        }

        // This process's own SQS client takes its credentials as every caller's does.
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);
        var rows = new List<string>();
        foreach (var scenario in options.Scenarios)
        {
            if (await RunAsync(scenario, options, cancellationToken) is { Count: > 0 } results && results.Count == options.Runs)
                rows.Add(FaultTable.Row(results));
        }

        Console.WriteLine();
        Console.WriteLine(FaultTable.Of(rows));
        if (!options.IsShort)
            await WriteAsync(rows, cancellationToken);
        return rows.Count == options.Scenarios.Count ? 0 : 1;
    }

    // Components of its own for each scenario: one that went wrong must not spoil the next.
    private static async Task<List<FaultResult>> RunAsync(
        FaultScenario scenario, FaultOptions options, CancellationToken cancellationToken)
    {
        await using var rabbitMq = await RabbitMqServer.StartAsync(cancellationToken);
        await using var azurite = await AzuriteServer.StartAsync(cancellationToken: cancellationToken);
        await using var fauxqs = await FauxqsServer.StartAsync(cancellationToken: cancellationToken);
        var components = new FaultComponents(rabbitMq, azurite, fauxqs);
        var results = new List<FaultResult>();
        for (var run = 0; run < options.Runs; run++)
        {
            var seed = options.Seed + run;
            Console.WriteLine($"{scenario.Name}: run {run + 1} of {options.Runs}, seed {seed}");
            try
            {
                var result = await scenario.RunAsync(
                    components, options.IsShort ? FaultScale.Short : FaultScale.Long, seed, cancellationToken);
                Console.WriteLine($"  {result}");
                results.Add(result);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                Console.WriteLine($"  FAILED, seed {seed}: {error.Message}");
            }
        }

        return results;
    }

    private static async Task WriteAsync(List<string> rows, CancellationToken cancellationToken)
    {
        var path = Path.Combine(LocalFolders.Root, Page);
        var page = await File.ReadAllTextAsync(path, cancellationToken);
        await File.WriteAllTextAsync(path, FaultTable.Update(page, rows), cancellationToken);
        Console.WriteLine($"written into {Page}");
    }
}
