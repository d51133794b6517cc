using System.Text.Unicode;

namespace Telemetry.Tests.Support;

/// <summary>
/// Telemetry as order functions write it, about 370 bytes an event: own trace and span of each, varying numbers.
/// </summary>
internal sealed class RealisticEvents(int seed)
{
    private static readonly string[] Messages =
    [
        "order accepted", "order rejected", "payment authorised", "payment declined by the issuer", "stock reserved",
        "stock below the reorder level", "shipment booked", "invoice written", "customer notified", "cart expired",
    ];

    private static readonly string[] Levels = ["info", "info", "info", "debug", "warn", "error"];
    private static readonly string[] Currencies = ["EUR", "USD", "GBP", "CZK"];

    private readonly Random _random = new(seed);
    private readonly byte[] _json = new byte[1_024];
    private DateTime _time = new(2026, 11, 20, 9, 0, 0, DateTimeKind.Utc);

    /// <summary>The next event, valid until the one after.</summary>
    internal ReadOnlySpan<byte> Next()
    {
        _time = _time.AddTicks(_random.Next(100, 50_000));
        var total = _random.Next(100, 50_000) / 100.0;
        Assert.True(Utf8.TryWrite(
            _json,
            $$"""
            {"timestamp":"{{_time:O}}","style":"logs","level":"{{Pick(Levels)}}","message":"{{Pick(Messages)}}",
            "attributes":{"orderId":{{_random.Next(10_000_000, 99_999_999)}},"items":{{_random.Next(1, 9)}},"total":{{total}},
            "currency":"{{Pick(Currencies)}}","durationMs":{{_random.Next(500, 90_000) / 1_000.0}}},
            "traceparent":"00-{{_random.NextInt64():x16}}{{_random.NextInt64():x16}}-{{_random.NextInt64():x16}}-01",
            "service":"orders","release":"2026.11.3","instance":"2026/11/20/[$LATEST]0f9c2b7a41d84e6f"}
            """,
            out var length));
        return _json.AsSpan(0, length);
    }

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
