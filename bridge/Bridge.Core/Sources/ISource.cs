using Bridge.Core.Running;

namespace Bridge.Core.Sources;

/// <summary>Where deliveries come from: a cloud queue, a spool on disk, a folder.</summary>
internal interface ISource
{
    /// <summary>Its name in logs, metrics, headers and dead letters.</summary>
    SourceName Name { get; }

    /// <summary>
    /// Offers what the source has until it is stopped. Completes when everything that it offered is settled; an exception ends the
    /// bridge.
    /// </summary>
    /// <param name="sink">Takes the deliveries.</param>
    /// <param name="stop">Offer nothing more.</param>
    Task RunAsync(ISink sink, CancellationToken stop);
}

/// <summary>Takes deliveries from sources and settles each of them once.</summary>
internal interface ISink
{
    /// <summary>
    /// Completes when events can be published and there is memory for more. A source that leases messages reserves before it asks for
    /// them, so that it does not hide messages that another replica could publish.
    /// </summary>
    /// <param name="bytes">Bytes that the source expects to offer.</param>
    /// <param name="stop">Ends the wait.</param>
    ValueTask<ByteBudget.Reservation> ReserveAsync(long bytes, CancellationToken stop);

    /// <summary>
    /// Takes a delivery and completes when the work on it has begun, which may wait for room: the only back-pressure. The work goes on
    /// in the background, and ends with exactly one call of the delivery's settlement.
    /// </summary>
    /// <param name="delivery">The delivery; its payload stays unchanged until it is settled.</param>
    /// <param name="stop">Ends the wait for room.</param>
    /// <exception cref="OperationCanceledException">The delivery was not taken, and is not settled.</exception>
    ValueTask OfferAsync(Delivery delivery, CancellationToken stop);
}

/// <summary>What a source is called.</summary>
/// <param name="System">The kind of source, as <c>messaging.system</c> names it: <c>aws_sqs</c>, <c>spool</c>.</param>
/// <param name="Name">The short name, as <c>messaging.destination.name</c> has it: a queue's name.</param>
/// <param name="Address">The full address, without a secret: a queue's URL. Logs, headers and dead letters show it.</param>
internal sealed record SourceName(string System, string Name, string Address)
{
    /// <summary>The address.</summary>
    public override string ToString() => Address;
}
