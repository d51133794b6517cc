using System.Text;
using Telemetry.Wire;

namespace Fuzz;

/// <summary>What the receiver under test accepts: small limits, so that inputs reach them, and keys that mutators know.</summary>
internal static class FuzzedReceiver
{
    /// <summary>Far below the defaults, but for the event: a text long enough to show what grows with its square.</summary>
    internal static CodecLimits Limits { get; } = CodecLimits.Default with
    {
        Chunks = 64,
        SealedBytes = 32 * 1024,
        BatchBytes = 64 * 1024,
        Events = 2_048,
        EventBytes = 48 * 1024,
    };

    /// <summary>The key of the page's vectors, one with the longest name that fits, and one whose name is not ASCII.</summary>
    internal static IReadOnlyList<MasterKey> Keys { get; } =
    [
        Key("k1", 0),
        Key(new string('v', MasterKey.LongestVersion), 1),
        Key("klíč\ufffd", 2),
    ];

    /// <summary>The same for the code under test.</summary>
    internal static KeyRing KeyRing { get; } = new(Keys);

    /// <summary>A key that the receiver does not hold.</summary>
    internal static MasterKey Unknown { get; } = Key("unknown", 3);

    /// <summary>Finds a key by the bytes of its name.</summary>
    internal static MasterKey? Find(ReadOnlySpan<byte> version)
    {
        foreach (var key in Keys)
        {
            if (version.SequenceEqual(Encoding.UTF8.GetBytes(key.Version)))
                return key;
        }

        return null;
    }

    private static MasterKey Key(string version, int first) =>
        new(version, [.. Enumerable.Range(first, MasterKey.Size).Select(i => (byte)i)]);
}
