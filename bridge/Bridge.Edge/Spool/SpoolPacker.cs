using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>Seals events as batches of the spool's own sender. Not safe for several threads.</summary>
/// <param name="sender">The sender.</param>
/// <param name="nextSequence">Its first sequence that no committed batch has.</param>
/// <param name="key">Encrypts the batches; null for none.</param>
/// <param name="clock">The time of storing.</param>
internal sealed class SpoolPacker(SenderId sender, uint nextSequence, MasterKey? key, TimeProvider clock)
{
    // A row is one chunk, however long.
    private const int OneMessage = int.MaxValue;

    private SenderId _sender = sender;
    private uint _next = nextSequence;
    private BatchPacker _packer = new(OneMessage, sender, key);

    /// <summary>Seals all lines as one batch. Its sequence is used from now on: the batch must be committed before any later one.</summary>
    public SpooledBatch Pack(ReadOnlySpan<byte> lines)
    {
        if (_next == uint.MaxValue)
            BeginSender();
        using var batch = _packer.PackWhole(lines, _next++);
        return new SpooledBatch(0, clock.GetUtcNow(), batch.Events, batch.ToChunk());
    }

    // The last sequence is never used, so that the next one can always be stored.
    private void BeginSender()
    {
        _sender = SenderId.Create(clock);
        _packer = new BatchPacker(OneMessage, _sender, key);
        _next = 0;
    }
}
