using System.Buffers;
using System.Text;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Encryption;

/// <summary>
/// Opens events that their sender has encrypted, <c>{"kver":"1.0","event":"..."}</c>, with the keys that this bridge holds. What
/// it has opened is not opened a second time.
/// </summary>
/// <param name="keys">The keys, each with a version of its own.</param>
internal sealed class EventOpener(IReadOnlyList<EventKey> keys)
{
    private const int LongestShown = 64;

    private readonly (byte[] Version, EventKey Key)[] _keys = [.. keys.Select(key => (Encoding.UTF8.GetBytes(key.Version), key))];

    /// <summary>Whether any event can be opened.</summary>
    public bool HasKeys => _keys.Length > 0;

    /// <summary>Opens an event.</summary>
    /// <param name="json">An event, known to be valid.</param>
    /// <returns>Null when the event is not an encrypted one.</returns>
    public OpenedEvent? Open(ReadOnlySpan<byte> json) => EncryptedEvent.TryRead(json, out var version, out var content)
        ? Find(version) is { } key
            ? Open(key, content)
            : new OpenedEvent(null, 0, $"unknown event key {Name(version)}: this bridge holds {Held()}")
        : null;

    private static OpenedEvent Open(EventKey key, ReadOnlySpan<byte> content)
    {
        // Some writers of JSON escape a part of Base64's letters.
        if (content.Contains((byte)'\\'))
            content = Encoding.UTF8.GetBytes(EventJson.Unescape(content));
        var rented = ArrayPool<byte>.Shared.Rent(content.Length);
        try
        {
            content.CopyTo(rented);

            // Base64 has four letters for three bytes, and these hold a nonce and a signature as well.
            var plain = new byte[content.Length / 4 * 3];
            return key.Open(rented.AsSpan(0, content.Length), plain) is { } length
                ? new OpenedEvent(plain, length, null)
                : new OpenedEvent(
                    null, 0, $"event key '{key.Version}' does not open it: another key of that name, or altered bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private EventKey? Find(ReadOnlySpan<byte> version)
    {
        foreach (var (name, key) in _keys)
        {
            if (version.SequenceEqual(name))
                return key;
        }

        return null;
    }

    private string Held() => _keys.Length == 0 ? "none" : string.Join(", ", _keys.Select(key => $"'{key.Key.Version}'"));

    // The name comes from outside, so it is shown only if it cannot break a log line.
    private static string Name(ReadOnlySpan<byte> version) =>
        version.Length <= LongestShown && !version.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)
            ? $"'{Encoding.ASCII.GetString(version)}'"
            : $"of {version.Length} bytes";
}
