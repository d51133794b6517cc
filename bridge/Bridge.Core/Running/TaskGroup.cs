using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Core.Running;

/// <summary>Tasks that were begun and not awaited, so that a stop can wait for them. A task that fails is logged.</summary>
internal sealed partial class TaskGroup(ILogger log)
{
    private readonly Lock _gate = new();
    private int _running;
    private TaskCompletionSource? _idle;

    /// <summary>Begins a task.</summary>
    /// <param name="work">Handles its own failures.</param>
    /// <param name="ended">Called when it has ended, however.</param>
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
            // It was cancelled.
        }
        catch (Exception exception)
        {
            Failed(log, FailureText.WithCalls(exception));
        }
    }

    /// <summary>Completes when no task runs; tasks begun meanwhile are waited for too.</summary>
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

    [LoggerMessage(1, LogLevel.Error, "Work under way failed unexpectedly: {Failure}")]
    private static partial void Failed(ILogger logger, string failure);
}
