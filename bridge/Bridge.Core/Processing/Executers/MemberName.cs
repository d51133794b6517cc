using System.Text;

namespace Bridge.Core.Processing.Executers;

/// <summary>The name of a top-level member that an executer writes or reads.</summary>
/// <param name="name">The name.</param>
internal sealed class MemberName(string name)
{
    /// <summary>Its bytes.</summary>
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

    /// <summary>As JSON has it between its quotes.</summary>
    public byte[] Escaped { get; } = EventBuilder.Escape(name);
}
