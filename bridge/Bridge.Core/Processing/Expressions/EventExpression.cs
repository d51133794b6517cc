namespace Bridge.Core.Processing.Expressions;

/// <summary>
/// A condition on an event, such as <c>style == 'metrics' &amp;&amp; level &gt;= warn</c>. It is read once, at the start.
/// docs/reference/rules.md defines the language.
/// </summary>
internal sealed class EventExpression
{
    private const int LongestText = 4_096;

    // More would not help to find the column.
    private const int LongestShown = 60;

    private readonly EventCondition _condition;

    private EventExpression(EventCondition condition) => _condition = condition;

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression, at most 4,096 characters.</param>
    /// <param name="paths">Takes the members that it reads.</param>
    /// <exception cref="FormatException">It has a <see cref="Problem"/>.</exception>
    public static EventExpression Parse(string text, MemberPaths paths)
    {
        try
        {
            if (text.Length > LongestText)
                throw new ExpressionException(LongestText + 1, $"longer than {LongestText} characters: make several rules of it");
            return new EventExpression(new ExpressionParser(ExpressionLexer.Read(text), paths).ReadAll());
        }
        catch (ExpressionException e)
        {
            throw new FormatException($"'{Shown(text, e.Column)}' is no condition: {e.Message}", e);
        }
    }

    /// <summary>What is wrong with an expression, with its column and what to write instead; null when nothing is.</summary>
    public static string? Problem(string text)
    {
        try
        {
            Parse(text, new MemberPaths());
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Whether an event fulfils it.</summary>
    /// <param name="values">What the paths have found in the event.</param>
    public bool Holds(scoped in MemberValues values) => _condition.Holds(values);

    // The part around the column.
    private static string Shown(string text, int column)
    {
        if (text.Length <= LongestShown)
            return text;
        var start = Math.Clamp(column - 1 - (LongestShown / 2), 0, text.Length - LongestShown);
        return $"{(start > 0 ? "…" : "")}{text.AsSpan(start, LongestShown)}{(start + LongestShown < text.Length ? "…" : "")}";
    }
}
