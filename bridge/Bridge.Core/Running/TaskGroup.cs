using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Core.Running;

/// <summary>Runs tasks that no caller awaits, so that a stop can wait for all of them. Logs their failures.</summary>
internal sealed partial class TaskGroup(ILogger log)
{
    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource? _idle;

    /// <summary>Starts a task.</summary>
    /// <param name="work">The work. It handles its own failures; others are only logged.</param>
    /// <param name="ended">Called when the work has ended, also after a failure.</param>
    public void Run(Func<Task> work, Action ended)
    {
        lock (_gate)
            _running++;
        _ = Task.Run(async () =>
        {
            try
            {
                await RunAsync(work);
                ended();
            }
            finally
            {
                End();
            }
        });
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException)
        {
            // A cancellation is no failure.
        }
        catch (Exception exception)
        {
            Failed(log, FailureText.WithCalls(exception));
        }
    }

    /// <summary>Completes when no task runs. It also waits for tasks that start meanwhile.</summary>
    public Task WhenAllAsync()
    {
        lock (_gate)
        {
            if (_running == 0)
                return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_running == 0)
            {
                _idle?.SetResult();
                _idle = null;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A background task failed unexpectedly: {Failure}")]
    private static partial void Failed(ILogger logger, string failure);
}
