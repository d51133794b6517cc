using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.Core.Running;

/// <summary>Where in the flow a stage works, from the sink to the sources.</summary>
internal enum StagePlace
{
    Publishing,
    Assembling,
    Receiving,

    /// <summary>What comes in without a queue, and is stored before it is published.</summary>
    Intakes,
}

/// <summary>A stage of the bridge, under the name that logs and health use.</summary>
internal sealed record Stage(StagePlace Place, string Name, IHostedService Service);

/// <summary>
/// The stages in the order of their registration: sinks start first, sources stop first, and those of one place together: a queue
/// must not be received from while another's work ends. They are not the host's own hosted services, which would start before HTTP is served: health must answer while the bridge still waits for its broker.
/// </summary>
internal sealed partial class Stages(IEnumerable<Stage> stages, ILogger<Stages> log, TimeProvider clock)
{
    // Orchestrators kill 30 s after their signal by custom: work under way has most of that to end, giving it back the rest.
    private static readonly TimeSpan WorkPatience = TimeSpan.FromSeconds(22);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(28);

    private readonly List<Stage> _started = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _dead;
    private volatile bool _stopping;

    /// <summary>Name of the stage whose loop has ended by itself; null while all is well.</summary>
    public string? Dead => _dead;

    /// <summary>Why a stage cannot do its work now, although it runs; null while all can.</summary>
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

    /// <summary>Completes when a stage has failed; cancelled by the token.</summary>
    public Task FailedOrAsync(CancellationToken cancellationToken) => _failed.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Stops what was started, sources first: after 22 s work under way is aborted, after 28 s no stage is waited for any more.
    /// Never fails: what cannot stop is told and left.
    /// </summary>
    public async Task StopAsync()
    {
        _stopping = true;
        using var work = new CancellationTokenSource(WorkPatience, clock);
        using var stop = new CancellationTokenSource(StopPatience, clock);
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

    [LoggerMessage(1, LogLevel.Critical, "Stage {Stage} has ended by itself: the bridge ends: {Failure}")]
    private static partial void Died(ILogger logger, string stage, string failure);

    [LoggerMessage(2, LogLevel.Warning, "Stage {Stage} did not stop in order: {Reason}")]
    private static partial void StopFailed(ILogger logger, string stage, string reason);
}

/// <summary>Registers stages.</summary>
internal static class StageRegistration
{
    /// <summary>Adds a stage behind those added before: it starts after them and stops before them.</summary>
    public static IServiceCollection AddStage<T>(this IServiceCollection services, StagePlace place)
        where T : class, IHostedService
    {
        services.TryAddSingleton<T>();
        return services.AddSingleton(provider => new Stage(place, typeof(T).Name, provider.GetRequiredService<T>()));
    }
}

/// <summary>A stage that knows whether it can do its work.</summary>
internal interface IStageHealth
{
    /// <summary>Why it cannot, in one line without a secret; null while it can.</summary>
    string? Problem { get; }
}
