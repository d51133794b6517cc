using Harness.Components;

namespace Harness.Faults;

/// <summary>What the scenarios run over; they freeze it, kill it and start it again.</summary>
internal sealed record FaultComponents(RabbitMqServer RabbitMq, AzuriteServer Azurite, FauxqsServer Fauxqs)
{
    /// <summary>The port that leads everybody to the broker; its own when null.</summary>
    public int? Entrance { get; init; }

    /// <summary>The broker's nodes, where there are several; <see cref="RabbitMq"/> is the first.</summary>
    public RabbitMqCluster? Cluster { get; init; }

    /// <summary>Makes a virtual host.</summary>
    /// <returns>Its address, through the entrance.</returns>
    public async Task<Uri> CreateVirtualHostAsync(string name, CancellationToken cancellationToken)
    {
        var uri = await RabbitMq.CreateVirtualHostAsync(name, cancellationToken);
        return Entrance is { } port ? new UriBuilder(uri) { Port = port }.Uri : uri;
    }

    /// <summary>Blocks every connection that publishes.</summary>
    public Task RaiseMemoryAlarmAsync(CancellationToken cancellationToken) =>
        RabbitMq.ControlAsync(["set_vm_memory_high_watermark", "0.00001"], cancellationToken);

    /// <summary>Unblocks them; not to be cancelled, since others share the broker.</summary>
    public Task EndMemoryAlarmAsync() =>
        RabbitMq.ControlAsync(["set_vm_memory_high_watermark", "absolute", "1GB"], CancellationToken.None);
}
