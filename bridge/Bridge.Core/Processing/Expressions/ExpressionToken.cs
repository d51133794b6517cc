namespace Bridge.Core.Processing.Expressions;

/// <summary>What a token of an expression is.</summary>
internal enum TokenKind
{
    End,
    Name,
    Text,
    Number,
    Symbol,
}

/// <summary>A token of an expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The name, the symbol, the number or, without its quotes, the text.</param>
/// <param name="Column">Where it begins, from 1.</param>
internal readonly record struct ExpressionToken(TokenKind Kind, string Text, int Column)
{
    /// <summary>Whether it is a certain symbol.</summary>
    public bool IsSymbol(string symbol) => Kind is TokenKind.Symbol && Text == symbol;

    /// <summary>Whether it is a certain word.</summary>
    public bool IsName(string name) => Kind is TokenKind.Name && Text == name;

    /// <summary>As an error shows it.</summary>
    public string Shown => Kind is TokenKind.End ? "the end" : $"'{Text}'";
}
