using System.Text;
using Telemetry.Governance;
using Telemetry.Wire;

namespace Telemetry.Tests.Governance;

public sealed class TextRedactorTests
{
    [Theory]
    [InlineData("card 4111 1111 1111 1111 declined", "card [redacted:card] declined")]
    [InlineData("x-4111111111111111-y", "x-[redacted:card]-y")]
    [InlineData("4111111111111111 and 5500000000000004", "[redacted:card] and [redacted:card]")]
    [InlineData("mail to jan.novak+shop@example.co.uk.", "mail to [redacted:email].")]
    [InlineData("Authorization: Bearer abc123def", "Authorization: [redacted]")]
    [InlineData("sent bearer abc123def", "sent [redacted:token]")]
    [InlineData("basic dXNlcjpwYXNzd29yZA==", "[redacted:token]")]
    [InlineData(
        "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U.", "got [redacted:token].")]
    [InlineData("id AKIAIOSFODNN7EXAMPLE", "id [redacted:token]")]
    [InlineData("ghp_0123456789abcdefghijABCDEFGHIJ012345", "[redacted:token]")]
    [InlineData("xoxb-123456789012-abcdef", "[redacted:token]")]
    [InlineData("sk_live_0123456789abcdef", "[redacted:token]")]
    [InlineData("amqps://orders:s3cr3t@broker:5671/v", "amqps://orders:[redacted]@broker:5671/v")]
    [InlineData("AccountName=a;AccountKey=b64+/==;EndpointSuffix=x", "AccountName=a;AccountKey=[redacted];EndpointSuffix=x")]
    [InlineData("Server=db;Password=my own word;Database=o", "Server=db;Password=[redacted];Database=o")]
    [InlineData("https://a.blob/x?sv=1&sig=abc%2F&se=2", "https://a.blob/x?sv=1&sig=[redacted]&se=2")]
    [InlineData("{\"user\":\"u\",\"password\":\"p w\"}", "{\"user\":\"u\",\"password\":\"[redacted]\"}")]
    [InlineData("password: hunter2 was wrong", "password: [redacted] was wrong")]
    [InlineData("[password, hunter2]", "[password, [redacted]]")]
    [InlineData("got [user, u], [db.password, my own word], [a, b] today",
        "got [user, u], [db.password, [redacted]], [a, b] today")]
    [InlineData("[Authorization, Bearer x y], [a, b]", "[Authorization, [redacted]], [a, b]")]
    [InlineData("[Cookie, a=b; c=d], [x, y]", "[Cookie, [redacted]], [x, y]")]
    [InlineData("[password, p]w], [x, y]", "[password, [redacted]], [x, y]")]
    [InlineData("[token, [a, b]], [x, y]", "[token, [redacted]], [x, y]")]
    [InlineData("[outer, [password, x]]", "[outer, [password, [redacted]]]")]
    [InlineData("(password, hunter2) of (apiKey, 1, 2)", "(password, [redacted]) of (apiKey, [redacted])")]
    [InlineData("[password, cut off at the", "[password, [redacted]")]
    [InlineData("[my password, x]", "[my password, [redacted]]")]
    [InlineData("Headers: {\r\n  Cookie: a=b; c=d\r\n  Host: h\r\n}", "Headers: {\r\n  Cookie: [redacted]\r\n  Host: h\r\n}")]
    [InlineData("Authorization: Digest username=\"u\", response=\"r\"\nX: y", "Authorization: [redacted]\nX: y")]
    [InlineData("-H 'Proxy-Authorization: AWS4 Credential=a, Signature=b' http://h",
        "-H 'Proxy-Authorization: [redacted]' http://h")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- done", "[redacted:token] done")]
    public void A_secret_is_blotted_out_and_the_rest_stays(string text, string expected) => Assert.Equal(expected, Redact(text));

    [Theory]
    [InlineData("order accepted")]
    [InlineData("2026-11-20T09:00:00.1230000Z 2026-11-20 09:00:00")]
    [InlineData("basic information about bearer authentication")]
    [InlineData("at Orders.CreateOrder.InvokeAsync(FunctionRequest request) in /src/CreateOrder.cs:line 42")]
    [InlineData("user @ 3 pm, a@b, @decorator, x@y.")]
    [InlineData("tokens: 17, password reset, the secret of it")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9 alone")]
    [InlineData("3f2504e0-4f89-11d3-9a0c-0305e82c3301")]
    [InlineData("a=1&b=2")]
    [InlineData("[a, b] and [tokens, 17], then a token, no more, and (no password, sorry)")]
    [InlineData("[password, [redacted]], (token, )")]
    public void Prose_stays_as_it_is(string text) => Assert.Null(Redact(text));

    [Fact]
    public void Only_the_patterns_that_are_asked_for_are_looked_for()
    {
        const string text = "4111111111111111 a@example.org bearer abc123def";

        Assert.Equal("[redacted:card] a@example.org bearer abc123def", Redact(text, RedactionPatterns.CardNumbers));
        Assert.Equal("4111111111111111 a@example.org [redacted:token]", Redact(text, RedactionPatterns.Tokens));
        Assert.Equal("4111111111111111 [redacted:email] bearer abc123def", Redact(text, RedactionPatterns.EmailAddresses));
    }

    /// <summary>The scan that spares most events the redactor must suspect whatever the redactor would change.</summary>
    [Fact]
    public void What_the_scan_passes_the_redactor_leaves_alone()
    {
        string[] pieces =
        [
            "4111111111111111", "4111 1111 1111 1111", "378282246310005", "4111", "-", " ", ".", "a@example.org", "@", "Bearer ",
            "bearer ", "BASIC ",
            "abc123def", "dXNlcjpwYXNzd29yZA==", "eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0", ".sig", "AKIAIOSFODNN7EXAMPLE",
            "ASIA", "ghp_",
            "0123456789abcdefghijABCDEFGHIJ012345", "xoxb-", "sk_live_", "github_pat_", "AIza", "://u:p@", "password", "=", ":",
            ";", "\"", "\\", "\\u0034",
            "\\n", "\n", "é", "[", "(", ", ", "]", ")", "Cookie", "order", "-----BEGIN PRIVATE KEY-----", "token: ", "x", "7",
        ];
        var random = new Random(4);
        var names = new SecretNames(RedactionOptions.DefaultNames);
        var scan = new SecretScan(RedactionPatterns.All, names);
        var rewriter = new EventRewriter(
            new TextRedactor(RedactionPatterns.All, names), names, new EventLimits(int.MaxValue, int.MaxValue));
        var clean = 0;
        for (var i = 0; i < 40_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => pieces[random.Next(pieces.Length)]));
            var padding = new string('p', random.Next(70));
            var json = Encoding.UTF8.GetBytes(
                $$"""{"{{padding}}":"{{text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""");
            if (scan.Suspects(json) || !rewriter.TryRewrite(json, withLimits: false, RewriteScratch.Mine))
                continue;
            clean++;
            Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(RewriteScratch.Mine.Event.Span));
        }

        Assert.InRange(clean, 1_000, 39_000);
    }

    private static string? Redact(string text, RedactionPatterns patterns = RedactionPatterns.All)
    {
        using var output = new PooledBytes(0);
        var redactor = new TextRedactor(patterns, new SecretNames(RedactionOptions.DefaultNames));
        return redactor.TryRedact(Encoding.UTF8.GetBytes(text), output) ? Encoding.UTF8.GetString(output.Span) : null;
    }
}
