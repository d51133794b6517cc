namespace Bridge.Core.Processing.Executers;

/// <summary>
/// A step that makes none, one or several events of one. It depends on its input alone, and is safe for several threads.
/// </summary>
internal abstract class Executer
{
    /// <summary>True when it may make another number of events than one.</summary>
    public virtual bool Multiplies => false;

    /// <summary>True when it takes an input that is no event.</summary>
    public virtual bool TakesAnything => false;

    /// <summary>Makes the events.</summary>
    /// <param name="json">One event, known to be valid, unless <see cref="TakesAnything"/>.</param>
    /// <param name="output">Takes them.</param>
    public abstract void Run(ReadOnlySpan<byte> json, ExecuterOutput output);
}
