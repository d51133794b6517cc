using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// The result of opening a batch: the batch with the reservation of its memory, which disposal releases, or a refusal.
/// </summary>
internal sealed class OpeningAttempt : IDisposable
{
    private readonly OpenedBatch? _batch;
    private readonly ByteBudget.Reservation? _reservation;

    public OpeningAttempt(Refusal refusal) => Refusal = refusal;

    public OpeningAttempt(OpenedBatch batch, ByteBudget.Reservation reservation) => (_batch, _reservation) = (batch, reservation);

    /// <summary>Null when the batch is open.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The batch's events as JSON Lines; empty when the batch was refused.</summary>
    public ReadOnlyMemory<byte> Lines => _batch?.Lines ?? default;

    public void Dispose()
    {
        _batch?.Dispose();
        _reservation?.Dispose();
    }
}
