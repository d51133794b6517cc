namespace Telemetry.Otlp;

/// <summary>A request's body in memory. What comes after the most that it takes is not kept, and it says so.</summary>
internal sealed class LimitedBody : MemoryStream
{
    /// <summary>The largest body, in bytes: 64 MiB.</summary>
    internal const int Most = 64 * 1024 * 1024;

    /// <summary>True when there was more than the limit allows.</summary>
    internal bool IsOverLimit { get; private set; }

    internal ReadOnlySpan<byte> Bytes => GetBuffer().AsSpan(0, (int)Length);

    /// <inheritdoc/>
    // The other ways to write a part come here.
    public override void Write(byte[] buffer, int offset, int count)
    {
        IsOverLimit |= count > Most - Length;
        if (!IsOverLimit)
            base.Write(buffer, offset, count);
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value], 0, 1);
}
