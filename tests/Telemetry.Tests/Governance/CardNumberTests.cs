using System.Text;
using Telemetry.Governance;

namespace Telemetry.Tests.Governance;

public sealed class CardNumberTests
{
    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("4111-1111-1111-1111")]
    [InlineData("5500000000000004")]
    [InlineData("2223003122003222")]
    [InlineData("378282246310005")]
    [InlineData("3782 822463 10005")]
    [InlineData("30569309025904")]
    [InlineData("6011111111111117")]
    [InlineData("3530111333300000")]
    [InlineData("4222222222222")]
    [InlineData("6759649826438453")]
    public void A_card_number_is_found_whole(string number)
    {
        Assert.Equal(number.Length, Match(number));
        Assert.Equal(number.Length, Match($"{number}, and more"));
        Assert.Equal(number.Length, Match($"{number}. Next"));
        Assert.Equal(number.Length, Match($"{number} 17"));
    }

    [Theory]
    [InlineData("4111111111111112")] // Luhn
    [InlineData("4111111111111111a")] // part of a longer word
    [InlineData("41111111111111111111")] // 20 digits
    [InlineData("411111111111")] // 12 digits
    [InlineData("1111111111111117")] // no issuer's range
    [InlineData("2111111111111116")]
    [InlineData("4111111111111111.25")] // a fraction
    [InlineData("4111 1111-1111 1111")] // two separators
    [InlineData("4111  1111  1111  1111")]
    [InlineData("1763632800000000000")] // nanoseconds since 1970
    public void What_only_looks_like_one_is_none(string text) => Assert.Equal(0, Match(text));

    private static int Match(string text) => CardNumber.Match(Encoding.UTF8.GetBytes(text), 0);
}
