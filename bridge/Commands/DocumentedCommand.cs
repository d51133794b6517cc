using System.CommandLine;

namespace Bridge.Commands;

/// <summary>A command whose <c>--help</c> says more than a line in its parent's list of commands could.</summary>
/// <param name="name">What is typed.</param>
/// <param name="summary">One line.</param>
/// <param name="details">What <c>--help</c> adds: behaviour and examples.</param>
internal sealed class DocumentedCommand(string name, string summary, string details) : Command(name, summary)
{
    /// <summary>Behaviour and examples.</summary>
    public string Details { get; } = details;
}
