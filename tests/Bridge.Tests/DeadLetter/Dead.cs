using System.Diagnostics.Metrics;
using System.Text;
using Bridge.Core.DeadLetters;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.Tests.Publish;
using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Wire;

namespace Bridge.Tests.DeadLetter;

/// <summary>Dead letters for tests, and how they come into a real queue.</summary>
internal static class Dead
{
    public const string Source = "http://127.0.0.1:1/account/queue";

    /// <summary>The raw text of a queue message.</summary>
    public static DeadMessage Raw(string id, RefusalReason reason, string? text = null, string source = Source) => new()
    {
        MessageId = id,
        Body = Encoding.UTF8.GetBytes(text ?? $"payload of {id}"),
        Refusal = new Refusal(reason, "as the test says"),
        Source = source,
        ReceiveCount = 3,
    };

    /// <summary>An event that the broker would not take.</summary>
    public static DeadMessage Event(string id, string routingKey) => Raw(id, RefusalReason.Unroutable, $$"""{"id":"{{id}}"}""") with
    {
        RoutingKey = routingKey,
        EventHeaders = [new("x-telemetry-source", Source), new("x-telemetry-batch", "batch-7"), new("number", 7_000_000_000)],
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    };

    /// <summary>For dead letters that are taken at once.</summary>
    public static StuckMessages NoneStuck { get; } = new(
        new ByteBudget(1), NullLogger<StuckMessages>.Instance, TimeProvider.System, Random.Shared);

    /// <summary>Puts dead letters into the queue of a virtual host, as a bridge does.</summary>
    public static async Task KeepAsync(VirtualHost host, params IReadOnlyList<DeadMessage> messages)
    {
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host), partitions: 8);
        var publisher = new DeadLetterPublisher(
            running.Publisher,
            NoneStuck,
            new PipelineMetrics(running.Meters, TimeProvider.System),
            NullLogger<DeadLetterPublisher>.Instance,
            TimeProvider.System);
        await publisher.KeepAsync(messages, CancellationToken.None).WaitAsync(RunningPublisher.Timeout);
    }
}
