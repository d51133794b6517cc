using Bridge.Core.Running;
using Bridge.Tests.Publish;
using Microsoft.Extensions.Hosting;

namespace Bridge.Tests;

/// <summary>In which order stages start and stop, and what becomes of one that ends by itself.</summary>
public sealed class StagesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<string> _calls = [];
    private readonly RecordedLog<Stages> _log = new();

    [Fact]
    public async Task Sinks_start_first_and_sources_stop_first()
    {
        var stages = Stages(new RecordingStage("publisher", _calls), new RecordingStage("assembler", _calls), new RecordingStage("receiver", _calls));

        await stages.StartAsync(CancellationToken.None);
        await stages.StopAsync();

        Assert.Equal(["+publisher", "+assembler", "+receiver", "-receiver", "-assembler", "-publisher"], _calls);
        Assert.Null(stages.Dead);
    }

    [Fact]
    public async Task A_stage_that_fails_to_stop_does_not_keep_the_others_from_it()
    {
        var stages = Stages(new RecordingStage("publisher", _calls), new RecordingStage("receiver", _calls) { FailsToStop = true });

        await stages.StartAsync(CancellationToken.None);
        await stages.StopAsync();

        Assert.Equal("-publisher", _calls[^1]);
        Assert.Equal("Warning: Stage receiver did not stop in time, or its stop failed: InvalidOperationException", Assert.Single(_log.Lines));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_loop_that_ends_by_itself_is_a_dead_stage(bool fails)
    {
        var loop = new EndingStage();
        var stages = Stages(new RecordingStage("publisher", _calls), loop);
        await stages.StartAsync(CancellationToken.None);
        var failed = stages.FailedOrAsync(CancellationToken.None);
        Assert.False(failed.IsCompleted);

        loop.End(fails);
        await failed.WaitAsync(Patience);

        Assert.Equal("ending", stages.Dead);
        Assert.StartsWith(
            "Critical: Stage ending has ended unexpectedly, so the bridge stops: "
                + (fails ? "InvalidOperationException" : "no exception"),
            Assert.Single(_log.Lines),
            StringComparison.Ordinal);
        await stages.StopAsync();
    }

    [Fact]
    public async Task A_loop_that_was_told_to_stop_is_no_dead_stage()
    {
        var stages = Stages(new EndingStage());
        await stages.StartAsync(CancellationToken.None);

        await stages.StopAsync();

        Assert.Null(stages.Dead);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_stage_that_never_ends_holds_up_no_stop_for_longer_than_28_seconds()
    {
        var clock = new FakeTimeProvider();
        var stuck = new StuckStage();
        var stages = new Stages(
            [
                new Stage(StagePlace.Publishing, "publisher", new RecordingStage("publisher", _calls)),
                new Stage(StagePlace.Receiving, "receiver", stuck),
            ],
            _log,
            clock);
        await stages.StartAsync(CancellationToken.None);

        var stopping = stages.StopAsync();
        clock.Advance(TimeSpan.FromSeconds(21.9));
        Assert.False(stuck.IsAborted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(stuck.IsAborted);
        clock.Advance(TimeSpan.FromSeconds(5.8));
        Assert.False(stopping.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        await stopping.WaitAsync(Patience);

        Assert.Equal("-publisher", _calls[^1]);
    }

    [Fact]
    public async Task No_queue_is_received_from_while_the_work_of_another_ends()
    {
        var clock = new FakeTimeProvider();
        var stages = new Stages(
            [
                new Stage(StagePlace.Assembling, "assembler", new RecordingStage("assembler", _calls)),
                new Stage(StagePlace.Receiving, "busy", new RecordingStage("busy", _calls)),
                new Stage(StagePlace.Receiving, "other", new StuckStage()),
                new Stage(StagePlace.Receiving, "third", new RecordingStage("third", _calls)),
            ],
            _log,
            clock);
        await stages.StartAsync(CancellationToken.None);

        var stopping = stages.StopAsync();

        Assert.Equal(["+assembler", "+busy", "+third", "-third", "-busy"], _calls);
        clock.Advance(TimeSpan.FromSeconds(28));
        await stopping.WaitAsync(Patience);
        Assert.Equal("-assembler", _calls[^1]);
    }

    private Stages Stages(params IReadOnlyList<IHostedService> services) => new(
        services.Select((service, place) => new Stage((StagePlace)place, service is RecordingStage recording ? recording.Name : "ending", service)),
        _log,
        TimeProvider.System);

    private sealed class StuckStage : IHostedService
    {
        public bool IsAborted { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            cancellationToken.Register(() => IsAborted = true);
            return new TaskCompletionSource().Task;
        }
    }

    private sealed class RecordingStage(string name, List<string> calls) : IHostedService
    {
        public string Name => name;

        public bool FailsToStop { get; init; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            calls.Add($"+{name}");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            calls.Add($"-{name}");
            return FailsToStop ? Task.FromException(new InvalidOperationException("stuck")) : Task.CompletedTask;
        }
    }

    private sealed class EndingStage : BackgroundService
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End(bool fails)
        {
            if (fails)
                _end.SetException(new InvalidOperationException("a bug"));
            else
                _end.SetResult();
        }

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => _end.Task.WaitAsync(stoppingToken);
    }
}
