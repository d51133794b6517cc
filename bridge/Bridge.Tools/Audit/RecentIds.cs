using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bridge.Tools.Audit;

/// <summary>Whether a <c>message_id</c> is known, and whether its body is the same.</summary>
internal enum IdSighting
{
    /// <summary>Not known.</summary>
    New,

    /// <summary>Known with the same body.</summary>
    Identical,

    /// <summary>Known with another body.</summary>
    Altered,

    /// <summary>Known, but at least one of the bodies is not.</summary>
    Uncompared,
}

/// <summary>Remembers the most recent identities, to find duplicates.</summary>
/// <param name="capacity">Number of identities that are kept, at about 70 bytes each.</param>
internal sealed class RecentIds(int capacity)
{
    private readonly Dictionary<UInt128, ulong?> _bodies = [];
    private readonly Queue<UInt128> _order = [];

    /// <summary>Number of identities that are kept.</summary>
    public int Capacity => capacity;

    /// <summary>True when identities were forgotten. An identity that counts as new may then be a duplicate.</summary>
    public bool HasForgotten { get; private set; }

    /// <summary>Adds an identity.</summary>
    /// <param name="messageId">The event's <c>message_id</c>.</param>
    /// <param name="body">The hash of its body; null when the body is not known.</param>
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

    // Half of a SHA-256 is smaller than the text, and a collision is not to be expected.
    private static UInt128 HashOf(string messageId)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), sha);
        return BinaryPrimitives.ReadUInt128BigEndian(sha);
    }
}
