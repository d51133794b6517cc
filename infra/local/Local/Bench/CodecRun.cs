using System.Globalization;
using System.Text.Json;
using Local.Components;

namespace Local.Bench;

/// <summary>One method of <c>CodecBenchmarks</c> in tests/Benchmarks, in a process of its own.</summary>
internal static class CodecRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A contender that BenchmarkDotNet measures.</summary>
    /// <param name="name">The row's name.</param>
    /// <param name="method">The benchmark.</param>
    public static Contender Of(string name, string method) => new(name, (_, _, cancellationToken) => RunAsync(method, cancellationToken));

    private static async Task<Measurement> RunAsync(string method, CancellationToken cancellationToken)
    {
        var folder = LocalFolders.NewRunFolder("benchmarks");
        try
        {
            var start = new ChildProcessStart(
                BuiltProgram.Path("tests/Benchmarks", "benchmarks"), ["--filter", $"*CodecBenchmarks.{method}", "--exporters", "briefjson", "--artifacts", folder])
            {
                WorkingDirectory = folder,
            };
            (await ChildCommand.RunAsync(start, timeout: Patience, cancellationToken: cancellationToken)).EnsureSuccess(method);
            await using var report = File.OpenRead(Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Single());
            using var json = await JsonDocument.ParseAsync(report, cancellationToken: cancellationToken);
            return Read(json.RootElement.GetProperty("Benchmarks")[0]);
        }
        finally
        {
            LocalFolders.RemoveRunFolder(folder);
        }
    }

    // The one parameter tells bytes and events of what one operation works on: "Of=1331200/3597".
    private static Measurement Read(JsonElement benchmark)
    {
        var numbers = benchmark.GetProperty("Parameters").GetString()!.Split('=')[1].Split('/');
        var (bytes, events) = (Number(numbers[0]), Number(numbers[1]));
        return new Measurement
        {
            [Metric.CodecRate] = bytes / benchmark.GetProperty("Statistics").GetProperty("Median").GetDouble() * 1_000,
            [Metric.Allocated] = benchmark.GetProperty("Memory").GetProperty("BytesAllocatedPerOperation").GetDouble() / events,
        };
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
