using System.Buffers.Binary;
using System.Net;

namespace Bridge.Edge.Formats.Gelf;

/// <summary>
/// Puts GELF's chunks together: two magic bytes, eight of the message's identity, the chunk's index and the number of chunks.
/// What is held is bounded by messages and bytes; a message that is not complete within five seconds is dropped. Not safe for
/// several threads.
/// </summary>
internal sealed class GelfChunks(int maxBytes)
{
    /// <summary>Bytes of a chunk's header.</summary>
    public const int HeaderLength = 12;

    /// <summary>Most chunks of a message.</summary>
    public const int MostChunks = 128;

    private const int IdOffset = 2;
    private const int IndexOffset = 10;
    private const int CountOffset = 11;
    private const int MostMessages = 1_024;
    private const long MostHeld = 16 * 1024 * 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(IPAddress?, ulong), Partial> _partials = [];

    // In the order of their first chunks.
    private readonly Queue<(IPAddress?, ulong)> _order = new();
    private long _held;

    /// <summary>Messages that were dropped before they were complete, since the last call.</summary>
    public int TakeExpired(DateTimeOffset now)
    {
        var expired = 0;
        while (_order.TryPeek(out var oldest))
        {
            if (!_partials.TryGetValue(oldest, out var partial))
            {
                _order.Dequeue();
                continue;
            }

            if (now - partial.Began < Lifetime && _partials.Count <= MostMessages && _held <= MostHeld)
                break;
            Remove(_order.Dequeue(), partial);
            expired++;
        }

        return expired;
    }

    /// <summary>Whether a datagram is a chunk.</summary>
    public static bool IsChunk(ReadOnlySpan<byte> datagram) => datagram.StartsWith((ReadOnlySpan<byte>)[0x1E, 0x0F]);

    /// <summary>Adds a chunk.</summary>
    /// <param name="chunk">With its header.</param>
    /// <param name="sender">Identities are unique within one sender only.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="message">The message, when the chunk completes it.</param>
    public FormatResult Add(ReadOnlySpan<byte> chunk, IPAddress? sender, DateTimeOffset now, out byte[] message)
    {
        message = [];
        if (chunk.Length < HeaderLength || chunk[CountOffset] is 0 or > MostChunks || chunk[IndexOffset] >= chunk[CountOffset])
            return FormatResult.Unreadable;
        var key = (sender, BinaryPrimitives.ReadUInt64LittleEndian(chunk[IdOffset..]));
        if (!_partials.TryGetValue(key, out var partial))
        {
            _partials[key] = partial = new Partial(chunk[CountOffset], now);
            _order.Enqueue(key);
        }

        return AddTo(key, partial, chunk, out message);
    }

    private FormatResult AddTo((IPAddress?, ulong) key, Partial partial, ReadOnlySpan<byte> chunk, out byte[] message)
    {
        message = [];
        if (chunk[CountOffset] != partial.Chunks.Length)
            return FormatResult.Unreadable;
        ref var place = ref partial.Chunks[chunk[IndexOffset]];
        if (place is not null)
            return FormatResult.Incomplete;
        place = chunk[HeaderLength..].ToArray();
        partial.Missing--;
        partial.Length += place.Length;
        _held += place.Length;
        if (partial.Length > maxBytes)
        {
            Remove(key, partial);
            return FormatResult.Oversize;
        }

        if (partial.Missing > 0)
            return FormatResult.Incomplete;
        Remove(key, partial);
        message = [.. partial.Chunks.SelectMany(one => one!)];
        return FormatResult.Event;
    }

    private void Remove((IPAddress?, ulong) key, Partial partial)
    {
        _partials.Remove(key);
        _held -= partial.Length;
    }

    private sealed class Partial(int count, DateTimeOffset began)
    {
        public byte[]?[] Chunks { get; } = new byte[]?[count];

        public DateTimeOffset Began { get; } = began;

        public int Missing { get; set; } = count;

        public int Length { get; set; }
    }
}
