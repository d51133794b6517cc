using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

public sealed class MasterKeyTests
{
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Theory]
    [InlineData("k1:" + Secret)]
    [InlineData(" k1:" + Secret + "\n")]
    public void A_key_reads_with_the_white_space_that_secret_stores_add(string text)
    {
        var key = MasterKey.Parse(text);

        Assert.Equal("k1", key.Version);
        Assert.Equal(Convert.FromBase64String(Secret), key.Secret.ToArray());
        Assert.Equal("k1", key.ToString());
    }

    [Theory]
    [InlineData(Secret)]
    [InlineData(":" + Secret)]
    [InlineData(Secret + ":k1")]
    [InlineData("k1:" + Secret + "AAAA")]
    [InlineData("k1:k2:" + Secret)]
    [InlineData("k1;" + Secret)]
    [InlineData("k1: " + Secret)]
    public void A_wrong_key_is_refused_without_being_shown(string text)
    {
        var error = Assert.Throws<FormatException>(() => MasterKey.Parse(text));

        Assert.DoesNotContain("AAECAwQF", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("kver:base64", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 32)]
    [InlineData("a:b", 32)]
    [InlineData("k1", 31)]
    [InlineData("k1", 33)]
    public void A_key_has_a_name_without_colon_and_32_bytes(string version, int bytes) =>
        Assert.Throws<ArgumentException>(() => new MasterKey(version, new byte[bytes]));

    [Fact]
    public void A_name_has_255_bytes_at_most()
    {
        Assert.Equal(255, new MasterKey(new string('k', 255), new byte[32]).VersionBytes.Length);
        Assert.Throws<ArgumentException>(() => new MasterKey(new string('k', 256), new byte[32]));
    }

    [Fact]
    public void A_ring_names_its_keys_and_refuses_two_of_one_name()
    {
        Assert.Equal("no key", KeyRing.Empty.ToString());
        Assert.Equal("'k1', 'k2'", new KeyRing(new MasterKey("k2", new byte[32]), new MasterKey("k1", new byte[32])).ToString());
        var error = Assert.Throws<ArgumentException>(
            () => new KeyRing(MasterKey.Parse("k1", Secret), new MasterKey("k1", new byte[32])));
        Assert.DoesNotContain("AAECAwQF", error.Message, StringComparison.Ordinal);
    }
}
