namespace Orders.Messages;

/// <summary>Puts a message on the queue of the function that comes next; completes when it is stored, or is sure to be.</summary>
/// <param name="body">The message, JSON in UTF-8.</param>
/// <param name="cancellationToken">Ends the attempt.</param>
public delegate Task MessageOutput(ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
