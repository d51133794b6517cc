using System.Collections.Concurrent;
using System.Diagnostics;
using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

public sealed class InvocationFlushTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(10);

    private readonly HoldingQueue _queue = new();
    private readonly ConcurrentQueue<string> _reports = [];

    [Fact]
    public async Task A_queue_that_does_not_answer_costs_an_invocation_its_budget_and_is_reported()
    {
        await using var client = Client(TimeSpan.FromMilliseconds(200));
        client.Send("{}"u8);

        var watch = Stopwatch.StartNew();
        var result = await client.FlushInvocationAsync();

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(150), TestTimeout);
        Assert.Equal(1, result.Waiting);
        Assert.Contains("1 events wait for a later flush", Assert.Single(_reports), StringComparison.Ordinal);
        _queue.LetGo();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task What_is_left_of_the_invocation_bounds_the_flush_where_it_is_less_than_the_budget(int remaining)
    {
        await using var client = Client(TimeSpan.FromHours(1));
        client.Send("{}"u8);

        var result = await client.FlushInvocationAsync(TimeSpan.FromMilliseconds(remaining)).WaitAsync(TestTimeout);

        Assert.Equal(1, result.Waiting);
        _queue.LetGo();
    }

    [Fact]
    public async Task The_budget_bounds_the_flush_where_the_invocation_has_more()
    {
        await using var client = Client(TimeSpan.FromMilliseconds(100));
        client.Send("{}"u8);

        Assert.Equal(1, (await client.FlushInvocationAsync(TimeSpan.FromHours(1)).WaitAsync(TestTimeout)).Waiting);
        _queue.LetGo();
    }

    [Theory]
    [InlineData(null, 500)]
    [InlineData("", 500)]
    [InlineData("0", 0)]
    [InlineData("1200", 1_200)]
    public void The_environment_sets_the_budget_in_milliseconds(string? text, int expected) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expected), FromEnvironment(text).FlushBudget);

    [Theory]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("half a second")]
    public void A_budget_that_is_no_number_of_milliseconds_is_refused_by_name(string text)
    {
        var error = Assert.Throws<FormatException>(() => FromEnvironment(text));

        Assert.StartsWith($"TELEMETRY_FLUSH_BUDGET_MS: '{text}'", error.Message, StringComparison.Ordinal);
    }

    private static TelemetryOptions FromEnvironment(string? budget) => TelemetryOptions.FromEnvironment(name => name switch
    {
        "TELEMETRY_QUEUE" => "https://account.queue.core.windows.net/telemetry",
        "TELEMETRY_FLUSH_BUDGET_MS" => budget,
        _ => null,
    });

    private TelemetryClient Client(TimeSpan budget)
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:1/queue", "sqs", null, out var endpoint, out _));
        var options = new TelemetryOptions
        {
            Queue = endpoint,
            FlushInterval = TimeSpan.FromHours(1),
            FlushBudget = budget,
            Report = _reports.Enqueue,
        };
        return new TelemetryClient(options, () => _queue, TimeProvider.System);
    }
}
