using Bridge.Commands;
using Bridge.Core.Running;
using Bridge.Hosting.Http;
using Bridge.Tests.DeadLetter;
using Bridge.Tests.Publish;
using Bridge.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Tests.Commands;

/// <summary>How often waiting is told, on a clock that the test moves.</summary>
public sealed class StartupVerificationTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordedLog<StartupVerification> _log = new();
    private readonly Readiness _readiness;
    private CheckResult _result = new("broker", "refused the connection", IsTransient: true);
    private int _checks;

    public StartupVerificationTests() =>
        _readiness = new Readiness(
            new ControlledPublisher(), Dead.NoneStuck, new Stages([], NullLogger<Stages>.Instance, _clock));

    [Fact]
    public async Task Waiting_is_told_when_it_begins_then_every_30_seconds_and_when_it_is_over()
    {
        var verifying = Verify();
        for (var second = 0; second < 65; second++)
            await AdvanceAsync(TimeSpan.FromSeconds(5), verifying);
        var waiting = _log.Lines;
        _result = new CheckResult("broker");
        await AdvanceAsync(TimeSpan.FromSeconds(5), verifying);

        Assert.Empty(await verifying);
        Assert.Equal("Warning: Waiting before the start: refused the connection", waiting[0]);
        Assert.All(waiting.Skip(1), line => Assert.Equal("Warning: Still waiting before the start: refused the connection", line));
        Assert.InRange(waiting.Count, 8, 13);
        Assert.Equal("Information: Waiting is over: queues and broker answer", Assert.Single(_log.Lines.Skip(waiting.Count)));
        Assert.Null(_readiness.Problem);
    }

    [Fact]
    public async Task Readiness_says_what_is_waited_for()
    {
        Assert.Contains("starting", _readiness.Problem, StringComparison.Ordinal);

        var verifying = Verify();

        Assert.Equal("waiting before the start: refused the connection", _readiness.Problem);
        _result = new CheckResult("broker");
        await AdvanceAsync(TimeSpan.FromSeconds(5), verifying);
        await verifying;
    }

    [Fact]
    public async Task What_needs_people_ends_the_wait()
    {
        var verifying = Verify();
        _result = new CheckResult("broker", "no exchange");
        await AdvanceAsync(TimeSpan.FromSeconds(5), verifying);

        Assert.Equal(_result, Assert.Single(await verifying));
    }

    [Fact]
    public async Task What_works_at_once_is_not_worth_a_line()
    {
        _result = new CheckResult("broker");

        Assert.Empty(await Verify());
        Assert.Empty(_log.Lines);
    }

    private Task<IReadOnlyList<CheckResult>> Verify()
    {
        var verification = new StartupVerification(
            _ =>
            {
                Interlocked.Increment(ref _checks);
                return Task.FromResult<IReadOnlyList<CheckResult>>([new CheckResult("queue"), _result]);
            },
            _readiness,
            _log,
            _clock);
        return verification.RunAsync(CancellationToken.None);
    }

    // Moves the clock until the next check was made: the wait before it may begin a moment later than the clock moves.
    private async Task AdvanceAsync(TimeSpan by, Task verifying)
    {
        var seen = Volatile.Read(ref _checks);
        _clock.Advance(by);
        await Eventually.TrueAsync(() => Volatile.Read(ref _checks) > seen || verifying.IsCompleted || Nudge(), TimeSpan.FromSeconds(10));

        bool Nudge()
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            return false;
        }
    }
}
