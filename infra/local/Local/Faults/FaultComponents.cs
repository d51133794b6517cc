using Local.Components;

namespace Local.Faults;

/// <summary>What the scenarios run over; they freeze it, kill it and start it again.</summary>
internal sealed record FaultComponents(RabbitMqServer RabbitMq, AzuriteServer Azurite, FauxqsServer Fauxqs)
{
    /// <summary>Blocks every connection that publishes.</summary>
    public Task RaiseMemoryAlarmAsync(CancellationToken cancellationToken) =>
        RabbitMq.ControlAsync(["set_vm_memory_high_watermark", "0.00001"], cancellationToken);

    /// <summary>Unblocks them; not to be cancelled, since others share the broker.</summary>
    public Task EndMemoryAlarmAsync() =>
        RabbitMq.ControlAsync(["set_vm_memory_high_watermark", "absolute", "1GB"], CancellationToken.None);
}
