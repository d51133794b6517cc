using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Bridge.Core.Processing.Encryption;

namespace Bridge.Tests.Processing;

/// <summary>Fernet tokens, with the vectors of the specification (github.com/fernet/spec).</summary>
public sealed class FernetTests
{
    private const string Secret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string Valid =
        "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    [Fact]
    public void The_token_of_generate_and_verify_opens() => Assert.Equal("hello", Open(Valid));

    [Theory]
    [InlineData("incorrect mac", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==")]
    [InlineData("too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==")]
    [InlineData("invalid base64", "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==")]
    [InlineData("payload size", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm")]
    [InlineData("padding", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==")]
    [InlineData("incorrect IV", "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==")]
    [InlineData("trailing characters", Valid + "trailingdata")]
    [InlineData("characters", "*gAAAAAAdwJ6wAAECAwQFBgcI!CQoLDA0ODy021?cpGVWKZ_eEwC@GM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==")]
    [InlineData("non-urlsafe", "gAAAAAAdwJ6wAAEC/AwQFBgcICQoLDA0ODy+021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==")]
    public void The_invalid_tokens_do_not_open(string why, string token)
    {
        Assert.NotEmpty(why);
        Assert.Null(Open(token));
    }

    [Theory]
    [InlineData("gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==")]
    [InlineData("gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==")]
    public void The_tokens_that_only_a_time_to_live_makes_invalid_open(string token) => Assert.Empty(Open(token)!);

    [Fact]
    public void A_token_in_a_further_Base64_opens_too()
    {
        Assert.Equal("hello", Open(Convert.ToBase64String(Encoding.ASCII.GetBytes(Valid))));
        Assert.Equal("hello", Open(Valid.TrimEnd('=')));
        var once = Convert.ToBase64String(Encoding.ASCII.GetBytes(Valid));
        Assert.Null(Open(Convert.ToBase64String(Encoding.ASCII.GetBytes(once))));
    }

    [Fact]
    public void Tokens_of_any_length_open_and_no_altered_one_does()
    {
        var random = new Random(4);
        for (var round = 0; round < 2_000; round++)
        {
            var plain = new string('x', random.Next(200));
            var token = Sealed.Fernet(Secret, plain);
            Assert.Equal(plain, Open(token));

            var bytes = Base64Url.DecodeFromChars(token);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Null(Open(Base64Url.EncodeToString(bytes)));
        }
    }

    [Fact]
    public void Random_texts_are_refused_without_an_exception()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0 && bytes.Length > 0)
                bytes[0] = 0x80;
            Assert.Null(Open(random.Next(4) > 0 ? Base64Url.EncodeToString(bytes) : Encoding.Latin1.GetString(bytes)));
        }
    }

    private static string? Open(string token)
    {
        var key = new FernetKey("1.0", Base64Url.DecodeFromChars(Secret));
        var content = Encoding.UTF8.GetBytes(token);
        var plain = new byte[content.Length];
        return key.Open(content, plain) is { } length ? Encoding.UTF8.GetString(plain, 0, length) : null;
    }
}
