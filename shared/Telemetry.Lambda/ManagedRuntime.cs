namespace Telemetry.Lambda;

/// <summary>
/// Adds the identity of the request to the telemetry of a function on Lambda's managed runtime, and flushes when the invocation
/// ends.
/// <c>ILambdaContext</c> has the identity of the request (<c>AwsRequestId</c>) and the time that remains (<c>RemainingTime</c>).
/// </summary>
public static class ManagedRuntime
{
    /// <summary>
    /// For executable assemblies, whose loop is Amazon.Lambda.RuntimeSupport's: it disposes an answer's stream after it has sent
    /// the answer and before it asks for the next invocation. The stream flushes then, so that no caller waits for it.
    /// </summary>
    /// <param name="requestId">The identity of the request.</param>
    /// <param name="remaining">The time that the invocation has.</param>
    /// <param name="function">Gives the answer. What it throws is passed on after a flush: an error has no stream.</param>
    public static async Task<Stream> AnswerThenFlushAsync(string requestId, TimeSpan remaining, Func<Task<Stream>> function)
    {
        TelemetryContext.RequestId = requestId;
        var time = new InvocationTime(remaining, TimeProvider.System);
        try
        {
            var answer = await function().ConfigureAwait(false);
            return new FlushingStream(answer, () => TelemetryQueue.FlushInvocationAsync(time.Left));
        }
        catch
        {
            await TelemetryQueue.FlushInvocationAsync(time.LeftToAnswer).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// For class libraries, whose answer is sent after their method has ended: flushes first, so that the caller waits for the
    /// flush, <see cref="TelemetryOptions.FlushBudget"/> at most.
    /// </summary>
    /// <param name="requestId">The identity of the request.</param>
    /// <param name="remaining">The time that the invocation has; a tenth of it, at most 500 ms, is left for the answer.</param>
    /// <param name="function">Gives the answer. What it throws is passed on after the flush.</param>
    public static async Task<T> FlushThenAnswerAsync<T>(string requestId, TimeSpan remaining, Func<Task<T>> function)
    {
        TelemetryContext.RequestId = requestId;
        var time = new InvocationTime(remaining, TimeProvider.System);
        try
        {
            return await function().ConfigureAwait(false);
        }
        finally
        {
            await TelemetryQueue.FlushInvocationAsync(time.LeftToAnswer).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Calls a handler, such as <see cref="HttpApi"/> and <see cref="SqsEvents"/> make them, with what the managed runtime gives.
    /// </summary>
    /// <param name="handler">
    /// The function. Its token is cancelled before the deadline: by a tenth of the time, at most 500 ms.
    /// </param>
    /// <param name="payload">The event.</param>
    /// <param name="requestId">The identity of the request.</param>
    /// <param name="remaining">The time that the invocation has.</param>
    /// <exception cref="TimeoutException">The token was cancelled and the handler ended because of it.</exception>
    public static async Task<Stream> InvokeAsync(LambdaHandler handler, Stream payload, string requestId, TimeSpan remaining)
    {
        using var bytes = new MemoryStream();
        await payload.CopyToAsync(bytes).ConfigureAwait(false);
        var clock = TimeProvider.System;
        var answer = await new InvocationTime(remaining, clock).RunAsync(handler, new LambdaInvocation
        {
            RequestId = requestId,
            Deadline = clock.GetUtcNow() + remaining,
            TraceId = Environment.GetEnvironmentVariable(LambdaInvocation.TraceVariable),
            Payload = bytes.ToArray(),
        }).ConfigureAwait(false);
        return new MemoryStream(answer.ToArray());
    }
}
