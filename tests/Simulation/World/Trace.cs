using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Simulation.World;

/// <summary>What happened, in order: a fingerprint of it always, its text when asked for.</summary>
/// <param name="output">Where the text goes; nowhere when null.</param>
internal sealed class Trace(TextWriter? output) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>True when somebody reads the text.</summary>
    public bool IsShown => output is not null;

    public void Add(TimeSpan at, string what)
    {
        Span<byte> ticks = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(ticks, at.Ticks);
        _hash.AppendData(ticks);
        _hash.AppendData(Encoding.UTF8.GetBytes(what));
        Show(at, what);
    }

    /// <summary>Only shown: no part of the fingerprint.</summary>
    public void Show(TimeSpan at, string what) => output?.WriteLine($"{at:hh\\:mm\\:ss\\.ffffff} {what}");

    /// <summary>Equal for runs in which the same happened at the same times; the first 16 hexadecimal digits are enough to tell.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(_hash.GetCurrentHash())[..16];

    public void Dispose() => _hash.Dispose();
}
