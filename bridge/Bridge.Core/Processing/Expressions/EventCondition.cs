using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Core.Processing.Expressions;

/// <summary>A part of an expression that is true or false for an event.</summary>
internal abstract class EventCondition
{
    /// <summary>Whether it is true.</summary>
    public abstract bool Holds(scoped in MemberValues values);
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class ConstantCondition(bool value) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => value;
}

/// <summary>All of several conditions.</summary>
internal sealed class AllConditions(EventCondition[] conditions) : EventCondition
{
    public override bool Holds(scoped in MemberValues values)
    {
        foreach (var condition in conditions)
        {
            if (!condition.Holds(values))
                return false;
        }

        return true;
    }
}

/// <summary>At least one of several conditions.</summary>
internal sealed class AnyCondition(EventCondition[] conditions) : EventCondition
{
    public override bool Holds(scoped in MemberValues values)
    {
        foreach (var condition in conditions)
        {
            if (condition.Holds(values))
                return true;
        }

        return false;
    }
}

/// <summary>The opposite of a condition.</summary>
internal sealed class NotCondition(EventCondition condition) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => !condition.Holds(values);
}

/// <summary>The event has the member, whatever its value.</summary>
internal sealed class ExistsCondition(int slot) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => values.KindOf(slot) is not MemberKind.Missing;
}

/// <summary>The member is true, false or null. A missing member counts as null.</summary>
internal sealed class LiteralCondition(int slot, MemberKind literal, bool isNegated = false) : EventCondition
{
    public override bool Holds(scoped in MemberValues values)
    {
        var kind = values.KindOf(slot);
        return (kind == literal || (kind is MemberKind.Missing && literal is MemberKind.Null)) != isNegated;
    }
}

/// <summary>The member compared with a number.</summary>
internal sealed class NumberCondition(int slot, ComparisonOperator op, JsonNumber number) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => values.KindOf(slot) is MemberKind.Number
        ? op.Holds(JsonNumber.Parse(values.RawOf(slot)).OrderTo(number))
        : op.HoldsForOthers();
}

/// <summary>The member compared with a text, byte by byte.</summary>
internal sealed class TextCondition(int slot, ComparisonOperator op, byte[] text) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => values.TryGetText(slot, out var value)
        ? op.Holds(value.SequenceCompareTo(text))
        : op.HoldsForOthers();
}

/// <summary>The member compared with a level, by rank. A text that names no level has no rank.</summary>
internal sealed class LevelCondition(int slot, ComparisonOperator op, int rank) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) =>
        values.TryGetText(slot, out var value) && LevelRank.Of(value) is not LevelRank.None and var found
            ? op.Holds(found.CompareTo(rank))
            : op.HoldsForOthers();
}

/// <summary>Two members compared with each other.</summary>
internal sealed class MembersCondition(int left, ComparisonOperator op, int right, bool byRank) : EventCondition
{
    public override bool Holds(scoped in MemberValues values)
    {
        if (values.TryGetText(left, out var text) && values.TryGetText(right, out var other))
            return HoldsForTexts(text, other);
        var (kind, otherKind) = (Plain(values.KindOf(left)), Plain(values.KindOf(right)));
        if (kind is MemberKind.Number && otherKind is MemberKind.Number)
            return op.Holds(JsonNumber.Parse(values.RawOf(left)).OrderTo(JsonNumber.Parse(values.RawOf(right))));
        return kind == otherKind && kind is MemberKind.Null or MemberKind.True or MemberKind.False && !op.IsOrder()
            ? op.Holds(kind == otherKind ? 0 : 1)
            : op.HoldsForOthers();
    }

    private static MemberKind Plain(MemberKind kind) => kind is MemberKind.Missing ? MemberKind.Null : kind;

    private bool HoldsForTexts(ReadOnlySpan<byte> text, ReadOnlySpan<byte> other)
    {
        if (!byRank)
            return op.Holds(text.SequenceCompareTo(other));
        var (rank, otherRank) = (LevelRank.Of(text), LevelRank.Of(other));
        return rank is LevelRank.None || otherRank is LevelRank.None ? op.HoldsForOthers() : op.Holds(rank.CompareTo(otherRank));
    }
}

/// <summary>The member is a text that begins with another one.</summary>
internal sealed class StartsWithCondition(int slot, byte[] text) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) => values.TryGetText(slot, out var value) && value.StartsWith(text);
}

/// <summary>The member is a text with another one in it.</summary>
internal sealed class ContainsCondition(int slot, byte[] text) : EventCondition
{
    public override bool Holds(scoped in MemberValues values) =>
        values.TryGetText(slot, out var value) && value.IndexOf(text) >= 0;
}

/// <summary>The member is a text that a regular expression matches.</summary>
internal sealed class MatchesCondition(int slot, Regex regex) : EventCondition
{
    public override bool Holds(scoped in MemberValues values)
    {
        if (!values.TryGetText(slot, out var value))
            return false;
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(value.Length));
        try
        {
            return regex.IsMatch(characters.AsSpan(0, Encoding.UTF8.GetChars(value, characters)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
