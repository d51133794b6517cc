using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Core.Running;

/// <summary>The place of a stage in the flow, from the sink to the sources.</summary>
internal enum StagePlace
{
    Publishing,
    Assembling,
    Receiving,

    /// <summary>What comes in without a queue, and is stored before it is published.</summary>
    Intakes,
}

/// <summary>A stage of the bridge, with its name for logs and health.</summary>
internal sealed record Stage(StagePlace Place, string Name, IHostedService Service);

/// <summary>
/// Starts the stages in the order of their registration, sinks first, and stops sources first. The stages of one place stop
/// together, so that no queue is received from while the work of another ends. The stages are not hosted services of the host,
/// since these start before HTTP is served, and health must answer while the bridge waits for its broker.
/// </summary>
internal sealed partial class Stages(IEnumerable<Stage> stages, ILogger<Stages> log, TimeProvider clock)
{
    // Orchestrators usually kill a process 30 s after their signal. Most of this time is for finishing the running work, and the
    // rest for returning unfinished work to its queues.
    private static readonly TimeSpan WorkTimeout = TimeSpan.FromSeconds(22);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(28);

    private readonly List<Stage> _started = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _dead;
    private volatile bool _stopping;

    /// <summary>Name of the stage that ended although nobody stopped it; null when there is none.</summary>
    public string? Dead => _dead;

    /// <summary><see cref="Dead"/> as a sentence for people; null when no stage is dead.</summary>
    public string? DeadProblem => _dead is { } name ? $"the stage {name} has ended unexpectedly" : null;

    /// <summary>Why a running stage cannot work now; null when all can.</summary>
    public string? Problem =>
        stages.Select(stage => (stage.Service as IStageHealth)?.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>Starts the stages that need neither queue nor broker, so that intakes work while the others wait for these.</summary>
    public Task StartIntakesAsync(CancellationToken cancellationToken) =>
        StartAsync(stages.Where(stage => stage.Place is StagePlace.Intakes), cancellationToken);

    /// <summary>Starts all other stages, and watches those that are background services.</summary>
    public Task StartAsync(CancellationToken cancellationToken) =>
        StartAsync(stages.Where(stage => stage.Place is not StagePlace.Intakes), cancellationToken);

    private async Task StartAsync(IEnumerable<Stage> starting, CancellationToken cancellationToken)
    {
        foreach (var stage in starting)
        {
            _started.Add(stage);
            await stage.Service.StartAsync(cancellationToken);
            if (stage.Service is BackgroundService { ExecuteTask: { } loop })
                _ = WatchAsync(stage.Name, loop);
        }
    }

    /// <summary>Completes when a stage has ended unexpectedly.</summary>
    public Task FailedOrAsync(CancellationToken cancellationToken) => _failed.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Stops the started stages, sources first. After 22 s running work is aborted; after 28 s the stop does not wait any more.
    /// Never fails: the failure of a stage is logged, and the other stages are stopped.
    /// </summary>
    public async Task StopAsync()
    {
        _stopping = true;
        using var work = new CancellationTokenSource(WorkTimeout, clock);
        using var stop = new CancellationTokenSource(StopTimeout, clock);
        foreach (var place in _started.AsEnumerable().Reverse().GroupBy(stage => stage.Place).OrderByDescending(place => place.Key))
            await Task.WhenAll(place.Select(stage => StopAsync(stage, work.Token, stop.Token)));
    }

    private async Task StopAsync(Stage stage, CancellationToken work, CancellationToken stop)
    {
        try
        {
            await stage.Service.StopAsync(work).WaitAsync(stop);
        }
        catch (Exception exception)
        {
            StopFailed(log, stage.Name, FailureText.Of(exception));
        }
    }

    private async Task WatchAsync(string name, Task loop)
    {
        await ((Task)loop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stopping)
            return;
        Died(log, name, loop.Exception?.InnerException is { } cause ? FailureText.WithCalls(cause) : "no exception");
        _dead = name;
        _failed.TrySetResult();
    }

    [LoggerMessage(1, LogLevel.Critical, "Stage {Stage} has ended unexpectedly, so the bridge stops: {Failure}")]
    private static partial void Died(ILogger logger, string stage, string failure);

    [LoggerMessage(2, LogLevel.Warning, "Stage {Stage} did not stop in time, or its stop failed: {Reason}")]
    private static partial void StopFailed(ILogger logger, string stage, string reason);
}

/// <summary>Registers stages.</summary>
internal static class StageRegistration
{
    /// <summary>Adds a stage. It starts after the stages added before, and stops before them.</summary>
    public static IServiceCollection AddStage<T>(this IServiceCollection services, StagePlace place)
        where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton(provider => new Stage(place, typeof(T).Name, provider.GetRequiredService<T>()));
    }
}

/// <summary>A stage that can report a problem.</summary>
internal interface IStageHealth
{
    /// <summary>Why the stage cannot work now, in one line without a secret; null when it can.</summary>
    string? Problem { get; }
}
