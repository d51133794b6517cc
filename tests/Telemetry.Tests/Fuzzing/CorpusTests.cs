using Fuzz;
using Fuzz.Runs;
using Fuzz.Targets;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Fuzzing;

/// <summary>Inputs worth keeping: one for each thing that is said of an input, and all that ever broke a rule.</summary>
public sealed class CorpusTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Telemetry.Tests", "Fuzzing", "corpus");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_rule_holds_and_the_outcome_is_the_one_that_was_recorded(string name)
    {
        var file = CorpusFile.Read(Path.Combine(Folder, name));

        var verdict = new InputRunner(FuzzTargets.Find(file.Target)!, TimeProvider.System).Run(file.Input);

        Assert.Null(verdict.Problem);
        Assert.Equal(file.Outcomes, verdict.Outcomes);
    }

    [Fact]
    public void Every_target_and_every_outcome_is_in_the_corpus()
    {
        var files = Directory.GetFiles(Folder).Select(CorpusFile.Read).ToList();

        Assert.Equal(
            FuzzTargets.Create().Select(target => target.Name).Order(), files.Select(file => file.Target).Distinct().Order());
        Assert.All(Enum.GetValues<Outcomes>(), outcome => Assert.Contains(files, file => file.Outcomes!.Value.HasFlag(outcome)));
    }
}
