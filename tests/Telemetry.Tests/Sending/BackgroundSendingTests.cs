using System.Diagnostics;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>What nobody flushes leaves by itself.</summary>
public sealed class BackgroundSendingTests
{
    [Fact]
    public async Task Events_leave_together_after_the_flush_interval()
    {
        await using var test = new TestClient(options => options with { FlushInterval = TimeSpan.FromSeconds(2) });
        test.Send("""{"a":1}""");
        test.Send("""{"a":2}""");
        Assert.Equal(0, test.Queue.Calls);

        await test.Clock.AdvanceToAsync(due => due == TimeSpan.FromSeconds(2));

        await Eventually.TrueAsync(() => test.Client.Statistics.Waiting == 0);
        Assert.Equal(2, test.Events.Count);
        Assert.Single(test.Queue.Texts);
    }

    [Fact]
    public async Task An_idle_client_has_no_timer()
    {
        await using var test = new TestClient();
        test.Send("{}");
        await test.Clock.AdvanceToAsync(due => due == test.Options.FlushInterval);
        await Eventually.TrueAsync(() => test.Client.Statistics.Waiting == 0);

        await Eventually.TrueAsync(() => test.Clock.Due.Count == 0);

        test.Send("""{"wakes":"again"}""");
        await test.Clock.AdvanceToAsync(due => due == test.Options.FlushInterval);
        await Eventually.TrueAsync(() => test.Client.Statistics.Sent == 2);
    }

    [Theory]
    [InlineData(32 * 1024 * 1024, 1_100_000)]
    [InlineData(20_000, 12_000)]
    public async Task Much_that_waits_leaves_before_the_interval(int bufferBytes, int bytes)
    {
        await using var test = new TestClient(
            options => options with { BufferBytes = bufferBytes, FlushInterval = TimeSpan.FromDays(1) });

        while (bytes > 0)
        {
            test.Client.Send(WireSamples.Event(1_000, new Random(1), compressible: false));
            bytes -= 1_001;
        }

        // What came after the background had looked waits for the interval again.
        await Eventually.TrueAsync(() => test.Client.Statistics.Sent > 0);
    }

    [Fact]
    public async Task A_failing_queue_is_left_alone_until_the_back_off_is_over_however_much_waits()
    {
        await using var test = new TestClient(options => options with { BufferBytes = 10_000 });
        await test.FailAsync("{}");

        for (var i = 0; i < 100; i++)
            test.Client.Send(WireSamples.Event(1_000, new Random(i), compressible: false));
        Assert.Equal(1, test.Queue.Calls);

        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        await test.Clock.AdvanceToAsync(due => due <= TimeSpan.FromMilliseconds(200));
        await Eventually.TrueAsync(() => test.Client.Statistics.Waiting == 0);
        Assert.Contains(test.Events, json => json.Contains("telemetry events were dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_queue_that_hangs_is_given_up_after_the_send_timeout_and_tried_again()
    {
        await using var test = new TestClient(options => options with { SendTimeout = TimeSpan.FromSeconds(9) });
        test.Queue.BeforeStoring = InMemoryQueueSender.Hang;
        test.Send("{}");
        await test.Clock.AdvanceToAsync(due => due == test.Options.FlushInterval);
        await Eventually.TrueAsync(() => test.Queue.Calls == 1);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;

        await test.Clock.AdvanceToAsync(due => due == TimeSpan.FromSeconds(9));
        await test.Clock.AdvanceToAsync(due => due <= TimeSpan.FromMilliseconds(200));

        await Eventually.TrueAsync(() => test.Client.Statistics.Sent == 1);
        Assert.Contains("did not answer within", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_that_ends_in_a_cancellation_of_its_own_does_not_end_the_background_sending()
    {
        await using var test = new TestClient();
        test.Queue.BeforeStoring = _ => throw new TaskCanceledException("the client's own time-out");
        test.Send("{}");
        await test.Clock.AdvanceToAsync(due => due == test.Options.FlushInterval);
        await Eventually.TrueAsync(() => test.Reports.Count == 1);

        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        await test.Clock.AdvanceToAsync(due => due <= TimeSpan.FromMilliseconds(200));

        await Eventually.TrueAsync(() => test.Client.Statistics.Sent == 1);
    }

    [Fact]
    public async Task The_background_does_not_carry_the_trace_of_the_event_that_started_it()
    {
        await using var test = new TestClient();
        string? seen = "nothing sent";
        test.Queue.BeforeStoring = _ =>
        {
            seen = Activity.Current?.Id;
            return Task.CompletedTask;
        };
        using (new Activity("invocation").Start())
            test.Send("{}");

        await test.Clock.AdvanceToAsync(due => due == test.Options.FlushInterval);
        await Eventually.TrueAsync(() => test.Client.Statistics.Sent == 1);

        Assert.Null(seen);
    }
}
