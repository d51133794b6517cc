namespace Bridge.Core.Processing.Expressions;

/// <summary>Where a member's value stands in an event.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Of a number or a text without its quotes: the first byte.</param>
/// <param name="Length">Bytes of the number or of the text, escapes included.</param>
internal readonly record struct MemberValue(MemberKind Kind, int Start = 0, int Length = 0);
