using System.Text;
using Telemetry.Wire;

namespace Telemetry.Tests.Support;

/// <summary>Values of the wire format, for tests to which their content does not matter.</summary>
internal static class WireSamples
{
    internal static readonly SenderId Sender = new(0x019a8c4d2e10, 0xa1b2c3d4e5f6);

    internal static MasterKey Key { get; } = new("k1", [.. Enumerable.Range(0, MasterKey.Size).Select(i => (byte)i)]);

    /// <summary>
    /// A JSON object of exactly <paramref name="length"/> bytes (2, or 8 and more), whose text compresses or does not.
    /// </summary>
    internal static byte[] Event(int length, Random random, bool compressible)
    {
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        if (length < 8)
            return "{}"u8.ToArray();
        var text = compressible ? new string('t', length - 8) : random.GetString(letters, length - 8);
        return Encoding.ASCII.GetBytes($"{{\"a\":\"{text}\"}}");
    }

    /// <summary>Events, each on one line.</summary>
    internal static byte[] Lines(IReadOnlyCollection<byte[]> events)
    {
        var lines = new byte[events.Sum(line => line.Length + 1)];
        var length = 0;
        foreach (var line in events)
        {
            line.CopyTo(lines, length);
            length += line.Length + 1;
            lines[length - 1] = (byte)'\n';
        }

        return lines;
    }
}
