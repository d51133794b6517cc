using System.Text;
using Bridge.Core.Processing.Expressions;

namespace Bridge.Tests.Processing;

/// <summary>docs/reference/rules.md: what conditions mean.</summary>
public sealed class ExpressionTests
{
    private const string Event =
        """{"style":"logs","level":"Warning","status":503,"ratio":0.5,"id":9007199254740993,"debug":true,"empty":null,"""
        + """ "tags":["a"],"http":{"status.code":404,"request":{"method":"GET"}},"message":"it\u0027s \"late\"\n","""
        + """ "a b":"x","error":{"type":"T"}}""";

    [Theory]
    [InlineData("style == 'logs'")]
    [InlineData("style == \"logs\"")]
    [InlineData("'logs' == style")]
    [InlineData("style != 'metrics'")]
    [InlineData("style < 'metrics' && style >= 'logs'")]
    [InlineData("level >= warn && level < error")]
    [InlineData("level == warning && level == 'warn' && level != info")]
    [InlineData("warn <= level")]
    [InlineData("level in (warn, error)")]
    [InlineData("level in ('info', 'warning')")]
    [InlineData("status >= 500 && 599 >= status")]
    [InlineData("status == 503.0 && status == 5.03e2")]
    [InlineData("ratio > 0.4 && ratio < 1")]
    [InlineData("id == 9007199254740993 && id != 9007199254740992")]
    [InlineData("http.request.method == 'GET'")]
    [InlineData("http['status.code'] in (404, 410)")]
    [InlineData("['a b'] == 'x'")]
    [InlineData("['level'] >= info")]
    [InlineData("exists http.request && !exists http.nothing && exists(empty)")]
    [InlineData("exists error.type && ['error'] != null")]
    [InlineData("message == 'it''s \"late\"\n'")]
    [InlineData("message startsWith 'it''s' && message contains '\"late\"'")]
    [InlineData("message matches '^it.s \\W+late'")]
    [InlineData("style matches 'o[a-h]s$'")]
    [InlineData("empty == null && nothing == null && style != null")]
    [InlineData("nothing != 'x' && !(nothing == 'x')")]
    [InlineData("['debug'] && ['debug'] == true")]
    [InlineData("tags != 'a' && exists tags")]
    [InlineData("false || !false && true")]
    [InlineData("!!true")]
    [InlineData("style == http.request.method || status > ratio")]
    public void It_holds(string condition) => Assert.True(Holds(condition, Event));

    [Theory]
    [InlineData("style == 'Logs'")]
    [InlineData("nothing < 5")]
    [InlineData("nothing > 5")]
    [InlineData("style > 5")]
    [InlineData("status == '503'")]
    [InlineData("level >= error")]
    [InlineData("style >= warn")]
    [InlineData("nothing")]
    [InlineData("style")]
    [InlineData("tags contains 'a'")]
    [InlineData("http == http")]
    [InlineData("http.status.code == 404")]
    public void It_does_not_hold(string condition) => Assert.False(Holds(condition, Event));

    [Theory]
    [InlineData("style = 'a'", 7, "write ==")]
    [InlineData("style == 'a' and level > info", 14, "&& or ||")]
    [InlineData("style == 'a", 10, "add a '")]
    [InlineData("", 1, "a member or a constant")]
    [InlineData("style ==", 9, "the end")]
    [InlineData("(style == 'a'", 14, "')'")]
    [InlineData("5 == 5", 3, "two constants")]
    [InlineData("error == null", 7, "['error']")]
    [InlineData("level > 'high'", 7, "trace, debug, info")]
    [InlineData("a < true", 3, "== or !=")]
    [InlineData("a in (b)", 7, "is a member")]
    [InlineData("'a' in ('a')", 1, "left side")]
    [InlineData("a matches '('", 11, "no regular expression")]
    [InlineData("a matches '(?=x)'", 11, "backtracking")]
    [InlineData("a matches b", 11, "text in quotes")]
    [InlineData("a == 01", 6, "no number")]
    [InlineData("a == 5x", 6, "no number")]
    [InlineData("a ? b", 3, "no meaning")]
    [InlineData("a.", 3, "a name belongs here")]
    [InlineData("a[5]", 3, "name in quotes")]
    [InlineData("warn", 1, "alone is no condition")]
    [InlineData("a == b == c", 8, "&& or ||")]
    [InlineData("a in ()", 7, "a member or a constant")]
    [InlineData("in == 5", 1, "word of the language")]
    public void An_error_names_text_column_and_remedy(string condition, int column, string remedy)
    {
        var problem = EventExpression.Problem(condition);

        Assert.StartsWith($"'{condition}' is no condition: column {column}: ", problem, StringComparison.Ordinal);
        Assert.Contains(remedy, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_nesting_lists_and_paths_are_bounded()
    {
        Assert.Null(EventExpression.Problem(new string('(', 63) + "a" + new string(')', 63)));
        AssertProblem("64 levels", new string('(', 64) + "a" + new string(')', 64));
        AssertProblem("4096 characters", new string('(', 100_000));
        AssertProblem("256 entries", $"a in ({string.Join(',', Enumerable.Range(0, 257))})");
        AssertProblem("16 names", string.Join('.', Enumerable.Repeat("a", 17)));
        Assert.Null(EventExpression.Problem(new string('!', 4_000) + "a"));

        static void AssertProblem(string problem, string condition) =>
            Assert.Contains(problem, EventExpression.Problem(condition), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_members_with_one_name_the_last_one_counts()
    {
        Assert.True(Holds("a == 2 && !exists b.c && b.d == 1", """{"a":1,"b":{"c":1},"a":2,"b":{"d":1}}"""));
        Assert.True(Holds("""a == 'x' && ['half'] != 'x'""", """{"\u0061":"\u0078","half":"\ud800","\ud800":1}"""));
    }

    [Fact]
    public void Any_text_is_a_condition_or_gives_an_error_with_a_column_in_it()
    {
        string[] parts =
        [
            "a", "level", "a.b", "['x']", "'t'", "\"", "'", "5", "-1e3", "==", "!=", "<", ">=", "&&", "||", "!", "(", ")",
            ",", "in", "exists", "matches", "contains", "startsWith", "true", "null", "warn", " ", ".", "[", "]", "=", "é",
            "\ud800", "\0", "0.",
        ];
        var random = new Random(18);
        var conditions = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)] + " "));
            if (EventExpression.Problem(text) is { } problem)
            {
                Assert.Contains("column ", problem, StringComparison.Ordinal);
                continue;
            }

            Holds(text, Event);
            conditions++;
        }

        Assert.True(conditions > 100, $"{conditions} conditions of 20000 texts");
    }

    [Fact]
    public void Random_conditions_mean_what_a_slow_reference_says()
    {
        var random = new Random(81);
        for (var round = 0; round < 5_000; round++)
        {
            var (text, expected) = RandomCondition(random, depth: 4);
            Assert.True(expected == Holds(text, Event), text);
        }
    }

    [Theory]
    [InlineData("style == 'metrics'")]
    [InlineData("status >= 500 && level >= warn")]
    [InlineData("http.request.method in ('GET', 'POST') && ratio < 0.7 && exists id")]
    [InlineData("style startsWith 'l' && style contains 'og'")]
    public void Members_are_compared_without_allocation(string condition)
    {
        const int Rounds = 2_000;
        var paths = new MemberPaths();
        var expression = EventExpression.Parse(condition, paths);
        var json = Encoding.UTF8.GetBytes(Event);
        var room = new MemberValue[paths.Count];
        for (var warmUp = 0; warmUp < 100; warmUp++)
            Evaluate();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
            Evaluate();

        // The runtime itself may allocate a few bytes meanwhile.
        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds);

        void Evaluate()
        {
            paths.Read(json, room);
            expression.Holds(new MemberValues(json, room));
        }
    }

    // Each atom with its value for the event above; what joins them is computed here.
    private static (string Text, bool Value) RandomCondition(Random random, int depth)
    {
        (string, bool)[] atoms =
        [
            ("style == 'logs'", true), ("status < 500", false), ("level >= warn", true), ("exists nothing", false),
            ("true", true),
            ("nothing == null", true), ("http.request.method in ('POST')", false), ("status > ratio", true),
        ];
        if (depth == 0 || random.Next(4) == 0)
            return atoms[random.Next(atoms.Length)];
        var (left, right) = (RandomCondition(random, depth - 1), RandomCondition(random, depth - 1));
        return random.Next(3) switch
        {
            0 => ($"({left.Text} && {right.Text})", left.Value && right.Value),
            1 => ($"({left.Text} || {right.Text})", left.Value || right.Value),
            _ => ($"!({left.Text})", !left.Value),
        };
    }

    private static bool Holds(string condition, string json)
    {
        var paths = new MemberPaths();
        var expression = EventExpression.Parse(condition, paths);
        var bytes = Encoding.UTF8.GetBytes(json);
        var room = new MemberValue[paths.Count];
        paths.Read(bytes, room);
        return expression.Holds(new MemberValues(bytes, room));
    }
}
