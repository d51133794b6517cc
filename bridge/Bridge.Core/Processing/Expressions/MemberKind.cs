namespace Bridge.Core.Processing.Expressions;

/// <summary>What stands at a member's path in an event.</summary>
internal enum MemberKind
{
    Missing,
    Null,
    False,
    True,
    Number,
    Text,
    Array,
    Object,
}
