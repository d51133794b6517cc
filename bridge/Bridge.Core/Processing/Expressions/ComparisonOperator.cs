namespace Bridge.Core.Processing.Expressions;

/// <summary>How two values are compared.</summary>
internal enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>What the operators mean.</summary>
internal static class ComparisonOperators
{
    /// <summary>True for the operators that need an order.</summary>
    public static bool IsOrder(this ComparisonOperator op) => op >= ComparisonOperator.Less;

    /// <summary>The operator that gives the same with both sides exchanged.</summary>
    public static ComparisonOperator Mirrored(this ComparisonOperator op) => op switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        _ => op,
    };

    /// <summary>Whether the operator holds for two values of one kind.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="order">Below 0 when the left value is less, 0 when both are equal, above 0 when it is greater.</param>
    public static bool Holds(this ComparisonOperator op, int order) => op switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };

    /// <summary>Whether the operator holds for two values that have no order, such as a text and a number.</summary>
    public static bool HoldsForOthers(this ComparisonOperator op) => op is ComparisonOperator.NotEqual;
}
