using Harness.Components;

namespace Local.Bench;

/// <summary><c>bench</c>: runs comparisons in turns and writes their sections into docs/performance.md.</summary>
internal static class BenchSuite
{
    /// <returns>0 when every figure is as promised; 1 when one is not; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (BenchOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(BenchOptions.Usage);
            return 2;
        }

        // This process's own SQS client takes its credentials as every caller's does.
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);
        var machine = await Machine.DescribeAsync(cancellationToken);
        Console.WriteLine(machine);
        var areMet = true;
        foreach (var comparison in options.Comparisons)
        {
            var rounds = await RunAsync(comparison, options, cancellationToken);
            if (options.Only is not null)
                continue;

            var result = new ComparisonResult(comparison, rounds);
            Console.WriteLine($"{Environment.NewLine}{result.Table}{Environment.NewLine}{Environment.NewLine}{result.Verdicts}");
            areMet &= result.AreBarsMet;
            if (options.IsForPage)
                await BenchPage.WriteAsync(result, machine, cancellationToken);
        }

        return areMet ? 0 : 1;
    }

    // Round by round, so that what else the machine does meets every contender alike. Components of its own for each comparison:
    // a broker that has seen much is not the one that the first contender met.
    private static async Task<IReadOnlyList<Round>> RunAsync(
        Comparison comparison, BenchOptions options, CancellationToken cancellationToken)
    {
        await using var components = await BenchComponents.StartAsync(options.Settings, cancellationToken);
        var rounds = new List<Round>();
        for (var number = 1; number <= options.Rounds; number++)
        {
            var round = new Round();
            foreach (var contender in comparison.Contenders.Where(options.Runs))
            {
                round[contender.Name] = await contender.RunAsync(components, options.Load, cancellationToken);
                var values = comparison.Columns.Select(column => $"{column.Title} {Write(column, round[contender.Name])}");
                Console.WriteLine($"{comparison.Name} {number}/{options.Rounds} {contender.Name}: {string.Join(", ", values)}");
            }

            rounds.Add(round);
        }

        return rounds;
    }

    private static string Write(Metric metric, Measurement measurement) =>
        measurement.TryGetValue(metric, out var value) ? metric.Write(value) : "-";
}
