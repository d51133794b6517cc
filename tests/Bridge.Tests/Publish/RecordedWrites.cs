namespace Bridge.Tests.Publish;

/// <summary>A stream that keeps each write apart, and may be held up.</summary>
internal sealed class RecordedWrites : MemoryStream
{
    /// <summary>What each write brought.</summary>
    public List<byte[]> Writes { get; } = [];

    /// <summary>A write ends when this does.</summary>
    public Task Open { get; set; } = Task.CompletedTask;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Writes.Add(buffer.ToArray());
        await Open.WaitAsync(cancellationToken);
    }
}
