using Bridge.Core.Running;

namespace Bridge.Core.Sources;

/// <summary>A source of deliveries, such as a cloud queue, a spool on disk or a folder.</summary>
internal interface ISource
{
    /// <summary>Its name in logs, metrics, headers and dead letters.</summary>
    SourceName Name { get; }

    /// <summary>
    /// Offers deliveries until the source is stopped. Completes when everything that it offered is settled. An exception ends the
    /// bridge.
    /// </summary>
    /// <param name="sink">Receives the deliveries.</param>
    /// <param name="stop">Cancelled when nothing more may be offered.</param>
    Task RunAsync(ISink sink, CancellationToken stop);
}

/// <summary>Receives deliveries from sources, and settles each of them once.</summary>
internal interface ISink
{
    /// <summary>
    /// Completes when events can be published and the memory is reserved. A source that leases messages reserves memory before it
    /// receives them, so that it does not lease messages that only another replica can publish now.
    /// </summary>
    /// <param name="bytes">Bytes that the source expects to offer.</param>
    /// <param name="stop">Ends the wait.</param>
    ValueTask<ByteBudget.Reservation> ReserveAsync(long bytes, CancellationToken stop);

    /// <summary>
    /// Completes when the processing of a delivery has begun. It may wait for memory, which is the only back-pressure. Processing
    /// continues in the background and ends with exactly one call of the delivery's settlement.
    /// </summary>
    /// <param name="delivery">The delivery. Its payload must not change until it is settled.</param>
    /// <param name="stop">Ends the wait for memory.</param>
    /// <exception cref="OperationCanceledException">The delivery was not accepted, and will not be settled.</exception>
    ValueTask OfferAsync(Delivery delivery, CancellationToken stop);
}

/// <summary>The name of a source.</summary>
/// <param name="System">The kind of source, for <c>messaging.system</c>, such as <c>aws_sqs</c> or <c>spool</c>.</param>
/// <param name="Name">The short name, for <c>messaging.destination.name</c>, such as a queue's name.</param>
/// <param name="Address">
/// The full address without a secret, such as a queue's URL. Logs, headers and dead letters show it.
/// </param>
internal sealed record SourceName(string System, string Name, string Address)
{
    /// <summary>The address.</summary>
    public override string ToString() => Address;
}
