using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Sending;

/// <summary>The message texts of some batches, in rented memory.</summary>
internal sealed class EncodedMessages : IDisposable
{
    private readonly List<byte[]> _rented = [];
    private readonly List<ReadOnlyMemory<byte>> _texts = [];

    internal EncodedMessages(IEnumerable<SealedBatch> batches)
    {
        foreach (var batch in batches)
        {
            for (var index = 0; index < batch.MessageCount; index++)
            {
                var text = ArrayPool<byte>.Shared.Rent(batch.MessageLength(index));
                _rented.Add(text);
                _texts.Add(text.AsMemory(0, batch.WriteMessage(index, text)));
            }
        }
    }

    internal IReadOnlyList<ReadOnlyMemory<byte>> Texts => _texts;

    public void Dispose()
    {
        foreach (var text in _rented)
            ArrayPool<byte>.Shared.Return(text);
    }
}
