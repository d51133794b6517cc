using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>A batch that was opened, with the part of the budget that its memory takes until it is disposed; or why it could not be.</summary>
internal sealed class OpeningAttempt : IDisposable
{
    private readonly OpenedBatch? _batch;
    private readonly ByteBudget.Reservation? _reservation;

    public OpeningAttempt(Refusal refusal) => Refusal = refusal;

    public OpeningAttempt(OpenedBatch batch, ByteBudget.Reservation reservation) => (_batch, _reservation) = (batch, reservation);

    /// <summary>Null when the batch is open.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Its events as JSON Lines; empty when it was refused.</summary>
    public ReadOnlyMemory<byte> Lines => _batch?.Lines ?? default;

    public void Dispose()
    {
        _batch?.Dispose();
        _reservation?.Dispose();
    }
}
