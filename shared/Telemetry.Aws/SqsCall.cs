namespace Telemetry.Aws;

/// <summary>One request to SQS, before it is signed.</summary>
/// <param name="Operation">One of <see cref="SqsOperation"/>.</param>
/// <param name="Body">The JSON document.</param>
/// <param name="Wait">How long the service may hold the answer back on purpose.</param>
/// <param name="TakesItsTime">True where it may lease messages: an attempt under way is not given up when the call is cancelled.</param>
internal sealed record SqsCall(string Operation, ReadOnlyMemory<byte> Body, TimeSpan Wait = default, bool TakesItsTime = false);

/// <summary>A successful answer.</summary>
/// <param name="Body">The JSON document; may be empty.</param>
/// <param name="SentAt"><see cref="TimeProvider.GetTimestamp"/> from right before the request that was answered.</param>
internal readonly record struct SqsAnswer(byte[] Body, long SentAt);
