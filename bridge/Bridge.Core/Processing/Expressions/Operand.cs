using System.Text;

namespace Bridge.Core.Processing.Expressions;

/// <summary>One side of a comparison.</summary>
internal abstract record Operand
{
    private Operand()
    {
    }

    /// <summary>A member of the event.</summary>
    /// <param name="Slot">Its place in <see cref="MemberPaths"/>.</param>
    /// <param name="IsLevel">True for the event's own <c>level</c>.</param>
    public sealed record Member(int Slot, bool IsLevel) : Operand;

    /// <summary><c>true</c>, <c>false</c> or <c>null</c>.</summary>
    public sealed record Literal(MemberKind Kind) : Operand;

    /// <summary>A number.</summary>
    public sealed record Number(JsonNumber Value) : Operand;

    /// <summary>A text in quotes.</summary>
    public sealed record Text(string Value) : Operand
    {
        /// <summary>Its bytes.</summary>
        public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Value);
    }

    /// <summary>A level's name without quotes.</summary>
    public sealed record Level(string Name, int Rank) : Operand;
}
