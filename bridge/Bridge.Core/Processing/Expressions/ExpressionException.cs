namespace Bridge.Core.Processing.Expressions;

/// <summary>An expression that cannot be read. The message says where, why, and what to write instead.</summary>
/// <param name="column">Where it goes wrong, from 1.</param>
/// <param name="problem">Why, and what to write instead.</param>
internal sealed class ExpressionException(int column, string problem) : FormatException($"column {column}: {problem}")
{
    /// <summary>Where it goes wrong, from 1.</summary>
    public int Column { get; } = column;
}
