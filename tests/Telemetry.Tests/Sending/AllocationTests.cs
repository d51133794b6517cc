using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Telemetry.Extensions;
using Telemetry.Listening;
using Telemetry.Queues;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>In steady state a send allocates nothing on the thread of the function.</summary>
public sealed class AllocationTests
{
    private const int Sends = 2_000;

    [Fact]
    public async Task A_ready_event_is_sent_without_allocation()
    {
        await using var test = new TestClient(limits: QueueLimits.Sqs);
        var json = WireSamples.Event(400, new Random(1), compressible: false);

        Assert.Equal(0, await BytesPerSendAsync(test, () => test.Client.Send(json)));
    }

    [Fact]
    public async Task A_log_event_with_ten_attributes_is_sent_without_allocation()
    {
        await using var test = new TestClient(limits: QueueLimits.Sqs);
        var at = new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

        Assert.Equal(
            0,
            await BytesPerSendAsync(test, () => test.Client.Send(
                TelemetryEvent.Log(TelemetryLevel.Info, "order accepted")
                    .With("orderId", 12_345_678).With("customer", "c-4711").With("total", 129.95).With("items", 3)
                    .With("express", true).With("currency", "EUR").With("price", 12.50m).With("at", at)
                    .With("note", (string?)null).With("ratio", 0.25))));
    }

    [Fact]
    public async Task A_trace_levels_by_category_and_a_request_cost_no_allocation()
    {
        await using var test = new TestClient(
            options => options with
            {
                Levels = LevelRules.Parse("info,Orders=debug"),
                SamplingRatio = 0.5,
                Commit = "4f0c",
                Region = "westeurope",
            },
            QueueLimits.Sqs);
        TelemetryContext.RequestId = "r-1";
        using var activity = new Activity("invocation").Start();

        Assert.Equal(
            0,
            await BytesPerSendAsync(test, () => test.Client.Send(
                TelemetryEvent.Log(TelemetryLevel.Debug, "Orders.Payment", "pâid").With("orderId", 12_345_678)
                    .With("note", "\"quoted\""))));
    }

    [Fact]
    public async Task An_event_that_is_redacted_and_cut_costs_no_allocation()
    {
        await using var test = new TestClient(options => options with { AttributeBytes = 100 }, QueueLimits.Sqs);
        var text = new string('x', 120);
        var json = "{\"a\":\"4111 1111 1111 1111\\u0020\",\"password\":\"p\"}"u8.ToArray();

        Assert.Equal(
            0,
            await BytesPerSendAsync(test, () =>
            {
                test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "to a@example.org")
                    .With("card", 4111111111111111).With("long", text));
                test.Client.Send(json);
            }));
    }

    [Fact]
    public async Task A_disabled_level_costs_no_allocation()
    {
        await using var test = new TestClient(options => options with { Levels = LevelRules.Parse("info") });

        Assert.Equal(
            0, await BytesPerSendAsync(
                test, () => test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "no").With("orderId", 12_345_678))));
    }

    [Fact]
    public async Task A_log_through_the_provider_allocates_only_what_logging_itself_does()
    {
        await using var test = new TestClient(limits: QueueLimits.Sqs);
        await using var provider = new TelemetryQueueLoggerProvider(test.Client, new TelemetryListenerOptions());
        var logger = provider.CreateLogger("Orders");
        List<KeyValuePair<string,
        object?>> state = [new("OrderId", 4711), new("Customer", "c-1"), new("{OriginalFormat}", "{OrderId} of {Customer}")];

        Assert.Equal(0, await BytesPerSendAsync(
            test, () => logger.Log(LogLevel.Information, default, state, null, static (_, _) => "4711 of c-1")));
    }

    [Fact]
    public async Task A_full_buffer_costs_no_allocation_either()
    {
        await using var test = new TestClient(options => options with { BufferBytes = 100_000 });
        test.Queue.BeforeStoring = _ => throw TestClient.Failure();
        var json = WireSamples.Event(400, new Random(1), compressible: false);

        Run(() => test.Client.Send(json));
        await test.Client.FlushAsync();

        Assert.Equal(0, BytesPerSend(() => test.Client.Send(json)));
        Assert.True(test.Client.Statistics.Dropped > Sends);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;
    }

    // The second run is the steady state: writer, buffer and background exist, and the buffer has its size.
    private static async Task<double> BytesPerSendAsync(TestClient test, Action send)
    {
        // What a send allocates it allocates each time; an array that is rented anew, or code that is compiled again, is in one
        // round alone.
        var least = double.MaxValue;
        for (var round = 0; round < 3 && least > 0; round++)
        {
            Run(send);
            await test.FlushedAsync();
            least = Math.Min(least, BytesPerSend(send));
        }

        return least;
    }

    private static double BytesPerSend(Action send)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(send);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Sends;
    }

    private static void Run(Action send)
    {
        for (var i = 0; i < Sends; i++)
            send();
    }
}
