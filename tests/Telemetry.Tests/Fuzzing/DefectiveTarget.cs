using Fuzz;
using Fuzz.Targets;

namespace Telemetry.Tests.Fuzzing;

/// <summary>Code with a defect that bytes with the value 0xff set off.</summary>
internal sealed class DefectiveTarget(Action defect) : IFuzzTarget
{
    public string Name => "defective";

    public IEnumerable<FuzzInput> Seeds => [FuzzInput.Of([1, 2, 3])];

    public FuzzInput Make(Random random, InputPool pool)
    {
        var bytes = new byte[8];
        random.NextBytes(bytes);
        return FuzzInput.Of(bytes);
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        meter.Start();
        if (input.Bytes.Contains((byte)0xff))
            defect();
        meter.Stop();
        seen.Accept("bytes");
    }

    public long MemoryBound(FuzzInput input) => 65_536;
}
