using System.Net;
using System.Runtime.InteropServices;
using Telemetry.Governance;

namespace Telemetry.Lambda;

/// <summary>A function's work.</summary>
/// <param name="invocation">The event with its identity and deadline.</param>
/// <param name="cancellationToken">Cancelled shortly before the deadline, so that there is time to answer.</param>
/// <returns>The answer's bytes, mostly JSON.</returns>
public delegate Task<ReadOnlyMemory<byte>> LambdaHandler(LambdaInvocation invocation, CancellationToken cancellationToken);

/// <summary>
/// A Lambda custom runtime. For each invocation it runs the handler, sends the answer and flushes telemetry. The flush comes
/// after the answer, so that no caller waits for it, and before the request for the next invocation, because the platform may
/// freeze the instance during that request.
/// </summary>
public sealed class LambdaRuntime : IDisposable
{
    private const string HostName = "AWS_LAMBDA_RUNTIME_API";

    private readonly RuntimeApi _api;
    private readonly TimeProvider _clock;

    /// <summary>A runtime on the Runtime API at this host and port; nothing is asked before it runs.</summary>
    public LambdaRuntime(string host, TimeProvider clock)
    {
        _api = new RuntimeApi(host);
        _clock = clock;
    }

    /// <summary>Serves invocations until the platform ends the process with SIGTERM.</summary>
    /// <param name="initialise">Creates the handler. Its exceptions are reported as initialisation errors.</param>
    /// <returns>The exit code: 0 after SIGTERM, 1 when the function could not be initialised or the platform is gone.</returns>
    public static async Task<int> RunAsync(Func<LambdaHandler> initialise)
    {
        if (Environment.GetEnvironmentVariable(HostName) is not { Length: > 0 } host)
        {
            await Console.Error.WriteLineAsync(
                $"{HostName} is not set: AWS Lambda sets it; to start by hand, set it to a Runtime API's host:port")
                .ConfigureAwait(false);
            return 1;
        }

        TelemetryQueue.Prepare();
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            // The process ends by itself, after the last flush.
            signal.Cancel = true;
            stop.Cancel();
        });
        using var runtime = new LambdaRuntime(host, TimeProvider.System);
        return await runtime.RunAsync(initialise, stop.Token).ConfigureAwait(false);
    }

    /// <summary>Serves invocations until the token is cancelled; an invocation under way is finished first.</summary>
    /// <returns>The exit code, as <see cref="RunAsync(Func{LambdaHandler})"/>.</returns>
    public async Task<int> RunAsync(Func<LambdaHandler> initialise, CancellationToken stop)
    {
        var code = 0;
        try
        {
            if (await TryInitialiseAsync(initialise).ConfigureAwait(false) is { } handler)
                await ServeAllAsync(handler, stop).ConfigureAwait(false);
            else
                code = 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stop came while no invocation was running.
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync(
                $"the Runtime API failed, the process ends: {FailureText.Of(e)}").ConfigureAwait(false);
            code = 1;
        }

        await TelemetryQueue.FlushExitAsync().ConfigureAwait(false);
        return code;
    }

    /// <inheritdoc/>
    public void Dispose() => _api.Dispose();

    private async Task<LambdaHandler?> TryInitialiseAsync(Func<LambdaHandler> initialise)
    {
        try
        {
            return initialise();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"the function could not be initialised: {e}").ConfigureAwait(false);
            await _api.PostInitErrorAsync(LambdaError.From(e)).ConfigureAwait(false);
            return null;
        }
    }

    private async Task ServeAllAsync(LambdaHandler handler, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await ServeAsync(await _api.GetNextAsync(stop).ConfigureAwait(false), handler).ConfigureAwait(false);
    }

    private async Task ServeAsync(LambdaInvocation invocation, LambdaHandler handler)
    {
        // Tracing libraries such as the X-Ray SDK read this variable.
        Environment.SetEnvironmentVariable(LambdaInvocation.TraceVariable, invocation.TraceId);
        TelemetryContext.RequestId = invocation.RequestId;
        var time = new InvocationTime(invocation.Deadline - _clock.GetUtcNow(), _clock);
        var (answer, error) = await HandleAsync(time, handler, invocation).ConfigureAwait(false);
        if (error is null
            && await _api.PostResponseAsync(invocation.RequestId, answer).ConfigureAwait(false)
                is HttpStatusCode.RequestEntityTooLarge)
        {
            error = new InvalidOperationException($"the answer of {answer.Length} bytes is larger than Lambda takes (6 MB)");
        }

        if (error is not null)
        {
            await Console.Error.WriteLineAsync($"invocation {invocation.RequestId} failed: {error}").ConfigureAwait(false);
            await _api.PostErrorAsync(invocation.RequestId, LambdaError.From(error)).ConfigureAwait(false);
        }

        await TelemetryQueue.FlushInvocationAsync(time.Left).ConfigureAwait(false);
    }

    private static async Task<(ReadOnlyMemory<byte> Answer, Exception? Error)> HandleAsync(
        InvocationTime time, LambdaHandler handler, LambdaInvocation invocation)
    {
        try
        {
            return (await time.RunAsync(handler, invocation).ConfigureAwait(false), null);
        }
        catch (Exception e)
        {
            return (default, e);
        }
    }
}
