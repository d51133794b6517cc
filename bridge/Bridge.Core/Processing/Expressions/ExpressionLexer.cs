using System.Text;

namespace Bridge.Core.Processing.Expressions;

/// <summary>Cuts an expression into tokens.</summary>
internal static class ExpressionLexer
{
    private static readonly string[] Symbols = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", "."];

    /// <summary>The tokens; the last one is the end.</summary>
    /// <exception cref="ExpressionException">Something in it is no token.</exception>
    public static List<ExpressionToken> Read(string text)
    {
        var tokens = new List<ExpressionToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                break;
            tokens.Add(ReadOne(text, ref at));
        }

        tokens.Add(new ExpressionToken(TokenKind.End, "", text.Length + 1));
        return tokens;
    }

    private static ExpressionToken ReadOne(string text, ref int at)
    {
        var start = at;
        var first = text[at];
        if (first is '\'' or '"')
            return new ExpressionToken(TokenKind.Text, ReadText(text, ref at), start + 1);
        if (IsNameStart(first))
        {
            while (at < text.Length && (IsNameStart(text[at]) || text[at] is '-' || char.IsAsciiDigit(text[at])))
                at++;
            return new ExpressionToken(TokenKind.Name, text[start..at], start + 1);
        }

        if (first is '-' || char.IsAsciiDigit(first))
            return new ExpressionToken(TokenKind.Number, ReadNumber(text, ref at), start + 1);
        return ReadSymbol(text, ref at);
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c is '_' or '@' or '$';

    private static ExpressionToken ReadSymbol(string text, ref int at)
    {
        var start = at;
        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, start, symbol, 0, symbol.Length) != 0)
                continue;
            at += symbol.Length;
            return new ExpressionToken(TokenKind.Symbol, symbol, start + 1);
        }

        throw new ExpressionException(start + 1, text[start] switch
        {
            '=' => "'=' alone is no comparison: write ==",
            '&' => "'&' alone has no meaning: write &&",
            '|' => "'|' alone has no meaning: write ||",
            _ => "this character has no meaning here: put texts into single quotes, and other names of members into ['...']",
        });
    }

    // A quote inside is written twice. A backslash stands for itself, so that regular expressions need no second one.
    private static string ReadText(string text, ref int at)
    {
        var start = at;
        var quote = text[at++];
        var content = new StringBuilder();
        while (at < text.Length)
        {
            var isQuote = text[at] == quote;
            if (isQuote && (at + 1 == text.Length || text[at + 1] != quote))
            {
                at++;
                return content.ToString();
            }

            at += isQuote ? 1 : 0;
            content.Append(text[at++]);
        }

        throw new ExpressionException(start + 1, $"the text that begins here has no end: add a {quote}");
    }

    // As JSON writes numbers.
    private static string ReadNumber(string text, ref int at)
    {
        var start = at;
        at += text[at] is '-' ? 1 : 0;
        var whole = SkipDigits(text, ref at);
        var isNumber = whole == 1 || (whole > 1 && text[at - whole] is not '0');
        if (isNumber && at < text.Length && text[at] is '.')
        {
            at++;
            isNumber = SkipDigits(text, ref at) > 0;
        }

        if (isNumber && at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
            isNumber = SkipDigits(text, ref at) > 0;
        }

        return isNumber && (at == text.Length || !(IsNameStart(text[at]) || char.IsAsciiDigit(text[at])))
            ? text[start..at]
            : throw new ExpressionException(
                start + 1, "what begins here is no number: write it as in JSON, such as 0.5, or as a text in quotes");
    }

    private static int SkipDigits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start;
    }
}
