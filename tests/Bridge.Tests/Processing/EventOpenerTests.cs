using System.Text;
using Bridge.Core.Processing.Encryption;

namespace Bridge.Tests.Processing;

/// <summary>docs/reference/encrypted-events.md: which events are opened, with which keys.</summary>
public sealed class EventOpenerTests
{
    internal const string Fernet = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    internal const string Aes = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string Plain = """{"style":"logs","message":"žluťoučký"}""";

    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["1.0"] = $"fernet:{Fernet}",
        ["2.0"] = $"aes-256-gcm:{Aes}",
    };

    private readonly EventOpener _opener = EventKeyOptions.CreateOpener(Keys);

    [Fact]
    public void Each_version_opens_with_its_own_key()
    {
        Assert.Equal(Plain, Opened(Sealed.Event("1.0", Sealed.Fernet(Fernet, Plain))));
        Assert.Equal(Plain, Opened(Sealed.Event("2.0", Sealed.AesGcm("2.0", Aes, Plain))));
        Assert.Equal(Plain, Opened($$""" { "event" : "{{Sealed.AesGcm("2.0", Aes, Plain)}}", "kver" : "2.0" } """));

        var escaped = Sealed.Fernet(Fernet, Plain).Replace("=", "\\u003d", StringComparison.Ordinal);
        Assert.Equal(Plain, Opened(Sealed.Event("1.0", escaped)));
    }

    [Theory]
    [InlineData("""{"kver":"1.0","event":"x","service":"a"}""")]
    [InlineData("""{"kver":"1.0"}""")]
    [InlineData("""{"event":"order placed","service":"shop"}""")]
    [InlineData("""{"kver":1.0,"event":"x"}""")]
    [InlineData("""{"kver":"1.0","event":{"a":1}}""")]
    [InlineData("""{"kver":"1.0","kver":"1.0"}""")]
    [InlineData("""{"kver":"1.0","event":"x","event":"y"}""")]
    [InlineData("""{"a":{"kver":"1.0","event":"x"}}""")]
    [InlineData("{}")]
    public void Other_events_are_left_alone(string json) => Assert.Null(_opener.Open(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void What_no_key_opens_is_told_without_content_or_key()
    {
        var other = Sealed.AesGcm("3.0", Aes, Plain);
        Assert.Equal("unknown event key '3.0': this bridge holds '1.0', '2.0'", Problem(Sealed.Event("3.0", other)));
        Assert.Equal("unknown event key of 3 bytes: this bridge holds '1.0', '2.0'", Problem(Sealed.Event("a b", other)));
        Assert.Equal(
            "unknown event key '3.0': this bridge holds none",
            new EventOpener([]).Open(Encoding.UTF8.GetBytes(Sealed.Event("3.0", other)))?.Problem);

        // The version is part of what is signed, so that a text cannot be passed on under another name.
        Assert.StartsWith("event key '2.0' does not open it", Problem(Sealed.Event("2.0", other)), StringComparison.Ordinal);
        Assert.StartsWith("event key '1.0' does not open it", Problem(Sealed.Event("1.0", "gAAAAAno")), StringComparison.Ordinal);
        Assert.StartsWith("event key '2.0' does not open it", Problem(Sealed.Event("2.0", "")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fernet:c2hvcnQ=", "no Base64 of 32 bytes")]
    [InlineData("aes-256-gcm:c2hvcnQ=", "no Base64 of 32 bytes")]
    [InlineData(Aes, "does not begin with its kind")]
    [InlineData("rot13:" + Aes, "does not begin with its kind")]
    [InlineData("", "does not begin with its kind")]
    public void A_wrong_key_is_told_without_any_part_of_it(string key, string problem)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal) { ["1.0"] = key };
        var error = Assert.Single(EventKeyOptions.Validate(keys));
        Assert.StartsWith("Bridge:EventKeys:1.0: ", error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Aes, error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_key_is_its_version() =>
        Assert.Equal("1.0", new FernetKey("1.0", new byte[EventKey.Size]).ToString());

    private string? Opened(string json)
    {
        var opened = _opener.Open(Encoding.UTF8.GetBytes(json));
        Assert.Null(opened?.Problem);
        return opened is { } value ? Encoding.UTF8.GetString(value.Json) : null;
    }

    private string? Problem(string json) => _opener.Open(Encoding.UTF8.GetBytes(json))?.Problem;
}
