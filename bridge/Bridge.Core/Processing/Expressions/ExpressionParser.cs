using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Core.Processing.Expressions;

/// <summary>Reads the grammar of docs/reference/rules.md.</summary>
/// <param name="tokens">The expression, cut into tokens.</param>
/// <param name="paths">Takes the members that it reads.</param>
internal sealed class ExpressionParser(IReadOnlyList<ExpressionToken> tokens, MemberPaths paths)
{
    private const int DeepestNesting = 64;
    private const int LongestList = 256;
    private const int LongestPath = 16;

    private int _at;
    private int _depth;

    private ExpressionToken Next => tokens[_at];

    /// <summary>Reads all of it.</summary>
    /// <exception cref="ExpressionException">It breaks the grammar.</exception>
    public EventCondition ReadAll()
    {
        var condition = ReadAny();
        return Next.Kind is TokenKind.End
            ? condition
            : throw Wrong(Next, $"{Next.Shown} does not belong here: join conditions with && or ||");
    }

    private EventCondition ReadAny()
    {
        if (++_depth > DeepestNesting)
            throw Wrong(Next, $"nested too deeply: the limit is {DeepestNesting} levels");
        var conditions = new List<EventCondition> { ReadAll("&&") };
        while (TryTake("||"))
            conditions.Add(ReadAll("&&"));
        _depth--;
        return conditions is [var only] ? only : new AnyCondition([.. conditions]);
    }

    private EventCondition ReadAll(string separator)
    {
        var conditions = new List<EventCondition> { ReadNegated() };
        while (TryTake(separator))
            conditions.Add(ReadNegated());
        return conditions is [var only] ? only : new AllConditions([.. conditions]);
    }

    private EventCondition ReadNegated()
    {
        var isNegated = false;
        while (TryTake("!"))
            isNegated = !isNegated;
        var condition = ReadOne();
        return isNegated ? new NotCondition(condition) : condition;
    }

    private EventCondition ReadOne()
    {
        if (TryTake("("))
        {
            var inner = ReadAny();
            Expect(")");
            return inner;
        }

        return Next.IsName("exists") ? ReadExists() : ReadComparison();
    }

    private ExistsCondition ReadExists()
    {
        _at++;
        var isParenthesized = TryTake("(");
        var member = ReadMember();
        if (isParenthesized)
            Expect(")");
        return new ExistsCondition(member.Slot);
    }

    private EventCondition ReadComparison()
    {
        var start = Next;
        var left = ReadOperand();
        var op = Next;
        if (Operator(op) is { } comparison)
        {
            _at++;
            return Compare(left, comparison, ReadOperand(), op);
        }

        if (op.Kind is TokenKind.Name && op.Text is "in" or "startsWith" or "contains" or "matches")
        {
            _at++;
            return left is Operand.Member member
                ? ReadMemberTest(op, member)
                : throw Wrong(start, $"{op.Shown} needs a member on its left side");
        }

        return left switch
        {
            Operand.Member member => new LiteralCondition(member.Slot, MemberKind.True),
            Operand.Literal { Kind: not MemberKind.Null } literal => new ConstantCondition(literal.Kind is MemberKind.True),
            _ => throw Wrong(
                start, $"{start.Shown} alone is no condition: compare a member with it, such as member == {Quoted(start)}"),
        };
    }

    private EventCondition ReadMemberTest(ExpressionToken op, Operand.Member member)
    {
        if (op.Text == "in")
            return ReadList(op, member);
        if (Next.Kind is not TokenKind.Text)
            throw Wrong(Next, $"{op.Shown} needs a text in quotes on its right side, not {Next.Shown}");
        var text = tokens[_at++];
        var utf8 = Encoding.UTF8.GetBytes(text.Text);
        return op.Text switch
        {
            "startsWith" => new StartsWithCondition(member.Slot, utf8),
            "contains" => new ContainsCondition(member.Slot, utf8),
            _ => new MatchesCondition(member.Slot, CreateRegex(text)),
        };
    }

    private AnyCondition ReadList(ExpressionToken op, Operand.Member member)
    {
        Expect("(");
        var conditions = new List<EventCondition>();
        do
        {
            var start = Next;
            var constant = ReadOperand();
            if (constant is Operand.Member)
                throw Wrong(start, $"{start.Shown} is a member: a list holds constants, and texts in quotes");
            conditions.Add(Compare(member, ComparisonOperator.Equal, constant, op));
            if (conditions.Count > LongestList)
                throw Wrong(start, $"the list is too long: the limit is {LongestList} entries");
        }
        while (TryTake(","));
        Expect(")");
        return new AnyCondition([.. conditions]);
    }

    private static EventCondition Compare(
        Operand left, ComparisonOperator op, Operand right, ExpressionToken at) => (left, right) switch
        {
            (Operand.Member a, Operand.Member b) => new MembersCondition(a.Slot, op, b.Slot, a.IsLevel || b.IsLevel),
            (Operand.Member member, _) => Compare(member, op, right, at),
            (_, Operand.Member member) => Compare(member, op.Mirrored(), left, at),
            _ => throw Wrong(at, $"{at.Shown} compares two constants: {ConstantHint(left, right)}"),
        };

    private static EventCondition Compare(
        Operand.Member member, ComparisonOperator op, Operand constant, ExpressionToken at) => constant switch
        {
            Operand.Level level => new LevelCondition(member.Slot, op, level.Rank),
            Operand.Number number => new NumberCondition(member.Slot, op, number.Value),
            Operand.Text text when member.IsLevel && LevelRank.Of(text.Utf8) is not LevelRank.None and var rank =>
                new LevelCondition(member.Slot, op, rank),
            Operand.Text when member.IsLevel && op.IsOrder() =>
                throw Wrong(at, $"{at.Shown} compares the level with a text that names none: write one of {LevelRank.Names}"),
            Operand.Text text => new TextCondition(member.Slot, op, text.Utf8),
            Operand.Literal literal when !op.IsOrder() =>
                new LiteralCondition(member.Slot, literal.Kind, op is ComparisonOperator.NotEqual),
            _ => throw Wrong(at, $"{at.Shown} cannot order true, false or null: write == or !="),
        };

    private static string ConstantHint(Operand left, Operand right) =>
        (left as Operand.Level ?? right as Operand.Level) is { } level
            ? $"'{level.Name}' is a level here; write ['{level.Name}'] for a member of that name"
            : "write a member's name without quotes on one side";

    private Operand ReadOperand()
    {
        var token = Next;
        switch (token.Kind)
        {
            case TokenKind.Text:
                _at++;
                return new Operand.Text(token.Text);
            case TokenKind.Number:
                _at++;
                return new Operand.Number(JsonNumber.Parse(Encoding.UTF8.GetBytes(token.Text)));
            case TokenKind.Name when ReadConstant(token) is { } constant && !IsPathAfter():
                _at++;
                return constant;
            default:
                return ReadMember();
        }
    }

    private bool IsPathAfter() => tokens[_at + 1] is var after && (after.IsSymbol(".") || after.IsSymbol("["));

    private static Operand? ReadConstant(ExpressionToken token) => token.Text switch
    {
        "true" => new Operand.Literal(MemberKind.True),
        "false" => new Operand.Literal(MemberKind.False),
        "null" => new Operand.Literal(MemberKind.Null),
        var name when LevelRank.Of(Encoding.UTF8.GetBytes(name)) is not LevelRank.None and var rank && !char.IsUpper(name[0]) =>
            new Operand.Level(name, rank),
        _ => null,
    };

    private Operand.Member ReadMember()
    {
        var start = Next;
        if (start is not { Kind: TokenKind.Name } && !start.IsSymbol("["))
            throw Wrong(start, $"a member or a constant belongs here, not {start.Shown}");
        if (start.Kind is TokenKind.Name && start.Text is "in" or "startsWith" or "contains" or "matches" or "exists")
            throw Wrong(start, $"{start.Shown} is a word of the language: write ['{start.Text}'] for a member of that name");
        var names = new List<string>();
        do
        {
            names.Add(TryTake("[") ? ReadQuotedName() : ReadName());
            if (names.Count > LongestPath)
                throw Wrong(start, $"the path is too long: the limit is {LongestPath} names");
        }
        while (TryTake(".") || Next.IsSymbol("["));
        return new Operand.Member(paths.Add(names), names is ["level"]);
    }

    private string ReadName()
    {
        var token = tokens[_at];
        if (token.Kind is not TokenKind.Name)
            throw Wrong(token, $"a name belongs here, not {token.Shown}: put other names into ['...']");
        _at++;
        return token.Text;
    }

    private string ReadQuotedName()
    {
        var token = tokens[_at];
        if (token.Kind is not TokenKind.Text)
            throw Wrong(token, $"a name in quotes belongs here, not {token.Shown}");
        _at++;
        Expect("]");
        return token.Text;
    }

    private static Regex CreateRegex(ExpressionToken pattern)
    {
        try
        {
            return new Regex(pattern.Text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            throw Wrong(pattern, $"this is no regular expression: it goes wrong at its character {e.Offset}");
        }
        catch (NotSupportedException)
        {
            throw Wrong(
                pattern, "this regular expression needs backtracking: leave out look-around, back-references and atomic groups");
        }
    }

    private static ComparisonOperator? Operator(ExpressionToken token) => token.Text switch
    {
        _ when token.Kind is not TokenKind.Symbol => null,
        "==" => ComparisonOperator.Equal,
        "!=" => ComparisonOperator.NotEqual,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    private static string Quoted(ExpressionToken token) => token.Kind is TokenKind.Text ? $"'{token.Text}'" : token.Text;

    private bool TryTake(string symbol)
    {
        if (!Next.IsSymbol(symbol))
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TryTake(symbol))
            throw Wrong(Next, $"'{symbol}' belongs here, not {Next.Shown}");
    }

    private static ExpressionException Wrong(ExpressionToken at, string problem) => new(at.Column, problem);
}
