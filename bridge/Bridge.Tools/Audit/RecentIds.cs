using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Tools.Audit;

/// <summary>What a <c>message_id</c> is to those seen lately.</summary>
internal enum IdSighting
{
    /// <summary>Not among them.</summary>
    New,

    /// <summary>Seen with the same body.</summary>
    Identical,

    /// <summary>Seen with another body.</summary>
    Altered,

    /// <summary>Seen; at least one of the bodies is not at hand.</summary>
    Uncompared,
}

/// <summary>The last so many identities, to find those that come again.</summary>
/// <param name="capacity">How many are kept, at about 70 bytes each.</param>
internal sealed class RecentIds(int capacity)
{
    private readonly Dictionary<UInt128, ulong?> _bodies = [];
    private readonly Queue<UInt128> _order = [];

    /// <summary>How many are kept.</summary>
    public int Capacity => capacity;

    /// <summary>True when identities had to be forgotten: from then on, a new one may have been seen long ago.</summary>
    public bool HasForgotten { get; private set; }

    /// <summary>Adds an identity.</summary>
    /// <param name="messageId">The event's <c>message_id</c>.</param>
    /// <param name="body">Its body's hash, or null.</param>
    public IdSighting Add(string messageId, ulong? body)
    {
        var id = HashOf(messageId);
        if (_bodies.TryGetValue(id, out var first))
        {
            return first is null || body is null ? IdSighting.Uncompared
                : first == body ? IdSighting.Identical
                : IdSighting.Altered;
        }

        if (_order.Count == capacity)
        {
            _bodies.Remove(_order.Dequeue());
            HasForgotten = true;
        }

        _order.Enqueue(id);
        _bodies.Add(id, body);
        return IdSighting.New;
    }

    // Half of a SHA-256: no two identities share it, and it takes a fraction of their text.
    private static UInt128 HashOf(string messageId)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        return BinaryPrimitives.ReadUInt128BigEndian(sha);
    }
}
