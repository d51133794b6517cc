using System.Buffers.Text;
using System.Text;

namespace Harness.Faults;

/// <summary>Events as order functions write them, each different from every other; the same for the same seed.</summary>
internal sealed class GeneratedEvents(int seed)
{
    private static readonly string[] Levels = ["info", "info", "info", "debug", "warn", "error"];
    private static readonly string[] Messages =
    [
        "order accepted", "order rejected: the credit limit is reached", "payment authorised", "payment declined by the issuer",
        "stock reserved", "stock below the reorder level", "shipment booked", "invoice written", "customer notified",
        "cart expired",
    ];

    private readonly Random _random = new(seed);
    private DateTimeOffset _time = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    private int _number;

    /// <summary>An event of about 200 bytes.</summary>
    public byte[] Tiny()
    {
        var text = new StringBuilder(220);
        AppendHead(text);
        return Encoding.UTF8.GetBytes(text.Append($$"""
            "message":"{{Pick(Messages)}}"}
            """).ToString());
    }

    /// <summary>An event of about 370 bytes.</summary>
    public byte[] Small()
    {
        var text = new StringBuilder(400);
        AppendHead(text);
        text.Append(
            $$"""
            "message":"{{Pick(Messages)}}","attributes":{"orderId":{{_random.Next(10_000_000, 99_999_999)}},"items":{{_random.Next(1, 9)}},"total":{{_random.Next(1, 500)}}.{{_random.Next(10, 99)}},"currency":"EUR","durationMs":{{_random.Next(1, 900)}}.{{_random.Next(100, 999)}}},"traceparent":"00-{{_random.NextInt64():x16}}{{_random.NextInt64():x16}}-{{_random.NextInt64():x16}}-01"}
            """);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>An event of about this many bytes, full of order lines: it compresses as telemetry does.</summary>
    public byte[] Large(int bytes)
    {
        var text = new StringBuilder(bytes + 200);
        AppendHead(text);
        text.Append("\"message\":\"order with many lines\",\"lines\":[");
        while (text.Length < bytes - 100)
            text.Append($$"""{"sku":"A-{{_random.Next(100_000):d5}}","quantity":{{_random.Next(1, 20)}},"price":{{_random.Next(1, 90)}}.{{_random.Next(10, 99)}},"note":"{{Pick(Messages)}}"},""");
        text.Append("{}]}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>An event of about this many bytes, nearly all random Base64: it hardly compresses.</summary>
    public byte[] Dump(int bytes)
    {
        var text = new StringBuilder(300);
        AppendHead(text);
        text.Append("\"message\":\"heap dump\",\"dump\":\"");
        var noise = new byte[Math.Max(3, (bytes - text.Length - 2) / 4 * 3)];
        _random.NextBytes(noise);
        var json = new byte[text.Length + Base64.GetMaxEncodedToUtf8Length(noise.Length) + 2];
        var head = Encoding.UTF8.GetBytes(text.ToString(), json);
        Base64.EncodeToUtf8(noise, json.AsSpan(head), out _, out _);
        "\"}"u8.CopyTo(json.AsSpan(json.Length - 2));
        return json;
    }

    /// <summary>An event of this many bytes and some, nearly all the same: it takes hardly any room in a message.</summary>
    public byte[] Padded(int bytes)
    {
        var text = new StringBuilder(bytes + 300);
        AppendHead(text);
        return Encoding.UTF8.GetBytes(text.Append("\"message\":\"").Append('=', bytes).Append("\"}").ToString());
    }

    /// <summary>An event of 100 KB to 4 MB: sizes spread evenly over the orders of magnitude, every other one a dump.</summary>
    public byte[] LargeOfSomeSize()
    {
        var bytes = (int)(100_000 * Math.Pow(40, _random.NextDouble()));
        return _number % 2 == 0 ? Large(bytes) : Dump(bytes);
    }

    private string Pick(string[] texts) => texts[_random.Next(texts.Length)];

    private void AppendHead(StringBuilder text)
    {
        _time = _time.AddTicks(_random.Next(100, 50_000));
        text.Append(
            $$"""
            {"timestamp":"{{_time:O}}","style":"logs","level":"{{Pick(Levels)}}","service":"orders","release":"2026.11.3","instance":"eu-west-1-{{seed}}","number":{{_number++}},
            """);
    }
}
