namespace Fuzz.Targets;

/// <summary>A part of the code that reads bytes from outside, with what must hold for every input.</summary>
internal interface IFuzzTarget
{
    /// <summary>Its name on the command line and in files.</summary>
    string Name { get; }

    /// <summary>Makes an input, mostly nearly right.</summary>
    /// <param name="random">Decides everything.</param>
    /// <param name="pool">Inputs to start from.</param>
    FuzzInput Make(Random random, InputPool pool);

    /// <summary>Inputs to begin with.</summary>
    IEnumerable<FuzzInput> Seeds { get; }

    /// <summary>Runs the code under test on an input.</summary>
    /// <param name="input">Any input, also one that this target did not make.</param>
    /// <param name="meter">Runs while the code under test does.</param>
    /// <param name="seen">Takes what came of it.</param>
    /// <exception cref="FuzzRuleException">A rule does not hold.</exception>
    void Run(FuzzInput input, Meter meter, Observation seen);

    /// <summary>Bytes that the code under test may allocate for an input.</summary>
    long MemoryBound(FuzzInput input);
}
