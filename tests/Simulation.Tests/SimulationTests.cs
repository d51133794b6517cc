using System.Text.RegularExpressions;
using Harness.Components;

namespace Simulation.Tests;

/// <summary>The bridge in thousands of simulated hours with everything going wrong: nothing is lost, altered or stuck.</summary>
public sealed partial class SimulationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Two_thousand_runs_keep_every_rule()
    {
        // Two processes, since a run has one thread.
        var halves = await Task.WhenAll(
            RunAsync("--first", "1", "--seeds", "1000"), RunAsync("--first", "1001", "--seeds", "1000"));

        Assert.All(halves, half => Assert.True(half.ExitCode == 0, half.Output + half.Errors));
        Assert.All(halves, half => Assert.StartsWith("1,000 runs, 0 broken", half.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_seed_always_gives_the_same_run()
    {
        var twice = await Task.WhenAll(RunAsync("--seeds", "20"), RunAsync("--seeds", "20"));
        var other = await RunAsync("--first", "21", "--seeds", "20");

        Assert.Equal(FingerprintOf(twice[0]), FingerprintOf(twice[1]));
        Assert.NotEqual(FingerprintOf(twice[0]), FingerprintOf(other));
    }

    [Fact]
    public async Task A_message_that_disappears_is_noticed_and_its_run_can_be_repeated()
    {
        var run = await RunAsync("--seed", "1", "--plant");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            "although the broker has not confirmed to it what became of that message", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "dotnet run -c Release --project tests/Simulation -- --seed 1 --trace", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "many")]
    [InlineData("--speed", "1")]
    public async Task What_it_does_not_know_it_says(params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{arguments[0]}'", run.Errors, StringComparison.Ordinal);
    }

    // Simulated time does not mind waiting; the tests of real components that run beside these do.
    private static Task<CommandResult> RunAsync(params string[] arguments) => ChildCommand.RunAsync(
        new ChildProcessStart("/usr/bin/nice", ["-n", "10", Path.Combine(AppContext.BaseDirectory, "simulation"), .. arguments]),
        timeout: Patience);

    private static string FingerprintOf(CommandResult run) =>
        Fingerprint().Match(run.Output).Groups["digits"].Value is { Length: 16 } digits
        ? digits
        : throw new InvalidOperationException($"no fingerprint in: {run.Output}");

    [GeneratedRegex("fingerprint (?<digits>[0-9a-f]{16})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fingerprint();
}
