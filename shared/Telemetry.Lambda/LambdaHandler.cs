namespace Telemetry.Lambda;

/// <summary>A function's work.</summary>
/// <param name="invocation">The event and what belongs to it.</param>
/// <param name="cancellationToken">Cancelled shortly before the deadline, so that there is time to answer.</param>
/// <returns>The answer's bytes, mostly JSON.</returns>
public delegate Task<ReadOnlyMemory<byte>> LambdaHandler(LambdaInvocation invocation, CancellationToken cancellationToken);
