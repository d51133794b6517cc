using System.Collections.Frozen;

namespace Telemetry.Wire;

/// <summary>
/// The keys of a receiver. Add a new key before senders use it, and keep an old key until no batch of its time is left.
/// </summary>
public sealed class KeyRing
{
    private readonly FrozenDictionary<string, MasterKey> _keys;

    /// <summary>Creates a ring of keys with different versions.</summary>
    /// <exception cref="ArgumentException">Two keys have one version.</exception>
    public KeyRing(params IEnumerable<MasterKey> keys)
    {
        var byVersion = new Dictionary<string, MasterKey>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (!byVersion.TryAdd(key.Version, key))
                throw new ArgumentException($"two keys have the version '{key.Version}'", nameof(keys));
        }

        _keys = byVersion.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A ring without keys: reads only batches that are not encrypted.</summary>
    public static KeyRing Empty { get; } = new();

    /// <summary>The versions held; never a key.</summary>
    public override string ToString() =>
        _keys.Count == 0
            ? "no key"
            : string.Join(", ", _keys.Keys.Order(StringComparer.Ordinal).Select(version => $"'{version}'"));

    internal MasterKey? Find(ReadOnlySpan<byte> version) =>
        _keys.GetValueOrDefault(System.Text.Encoding.UTF8.GetString(version));
}
