using System.Security.Cryptography;
using System.Text;

namespace Functions.Tests.Support;

/// <summary>Orders as callers write them.</summary>
internal static class SomeOrder
{
    public const string Small =
        """{"customer":"Ada","lines":[{"sku":"TEA-1","quantity":2,"price":9.5},{"sku":"CUP-7","quantity":1,"price":0.25}]}""";

    /// <summary>Lines with random article numbers, which no compression makes much smaller than their 20 random bytes.</summary>
    public static string LinesOf(int count) => $"[{string.Join(',', Enumerable.Range(0, count).Select(LineOf))}]";

    public static string Of(string lines) => $$"""{"customer":"Ada","lines":{{lines}}}""";

    public static ReadOnlyMemory<byte> Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static string LineOf(int _) =>
        $$"""{"sku":"{{RandomNumberGenerator.GetHexString(40, lowercase: true)}}","quantity":{{RandomNumberGenerator.GetInt32(1, 100)}},"price":{{RandomNumberGenerator.GetInt32(1, 100_000)}}}""";
}
