using Fuzz;
using Fuzz.Runs;

namespace Telemetry.Tests.Fuzzing;

/// <summary>Each kind of defect is found, made small, and kept in a file that shows it again.</summary>
public sealed class DefectsAreFoundTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fuzz-").FullName;
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_exception_that_escapes() =>
        AssertFound(() => throw new InvalidOperationException("planted"), "InvalidOperationException escapes");

    [Fact]
    public void A_rule_that_does_not_hold() => AssertFound(() => FuzzRuleException.Unless(holds: false, "planted"), "planted");

    [Fact]
    public void Memory_over_the_bound() => AssertFound(() => GC.KeepAlive(new byte[100_000]), "bytes of memory");

    [Fact]
    public void An_input_that_takes_too_long_every_time() =>
        AssertFound(
            () => _clock.Advance(InputRunner.LongestInput + TimeSpan.FromSeconds(1)), "an input takes 3.0 s", reduced: false);

    [Fact]
    public void But_not_an_input_that_was_only_once_kept_waiting()
    {
        var first = true;
        var campaign = new Campaign(new DefectiveTarget(WaitOnce), 1, _clock);

        campaign.Run(1_000);

        Assert.False(first);
        Assert.Empty(campaign.Failures);

        void WaitOnce()
        {
            if (first)
                _clock.Advance(InputRunner.LongestInput * 2);
            first = false;
        }
    }

    private void AssertFound(Action defect, string problem, bool reduced = true)
    {
        var target = new DefectiveTarget(defect);
        var campaign = new Campaign(target, 1, _clock);
        campaign.Run(1_000);
        var failure = campaign.Failures[0];

        var kept = CorpusFile.Read(
            new CorpusFile(target.Name, null, failure.Input, failure.Problem.Split('\n')[0]).Write(_folder));
        var again = new InputRunner(target, _clock).Run(kept.Input);

        Assert.Contains(problem, again.Problem, StringComparison.Ordinal);
        Assert.Equal(reduced ? 1 : 8, kept.Input.Length);
    }
}
