using System.Globalization;
using Harness.Faults;
using Telemetry;

namespace Local.Bench;

/// <summary>How events lie in the queue.</summary>
internal enum Packing
{
    /// <summary>As <c>TelemetryQueue</c> packs them: messages are full.</summary>
    Full,

    /// <summary>A given number in each message.</summary>
    Counted,

    /// <summary>Each is a message of its own, as it is: what every forwarder can read.</summary>
    Plain,

    /// <summary>There is no queue.</summary>
    None,
}

/// <summary>The events that a contender brings to the exchange.</summary>
/// <param name="Events">How many.</param>
internal sealed record Load(int Events)
{
    private const int SmallBytes = 370;
    // After 5,000 events the bridge still takes a quarter more CPU time for each than after 40,000.
    private const int PlainWarmUp = 40_000;
    private const int PackedWarmUp = 60_000;
    // Calls are counted there, not timed.
    private const int MeteredWarmUp = 1_000;
    // Over a hundred messages: what is done once a message is compiled for good only after thirty.
    private const int WarmUpEventsPerMessage = 500;
    private const double OwnWarmUp = 0.15;
    private const int CallsAtATime = 8;
    private const int MessagesACall = 10;
    private static readonly TimeSpan FlushBudget = TimeSpan.FromMinutes(2);

    /// <summary>Of an event, about.</summary>
    public int EventBytes { get; init; } = SmallBytes;

    public Packing Packing { get; init; }

    /// <summary>Where <see cref="Packing"/> is <see cref="Packing.Counted"/>.</summary>
    public int EventsPerMessage { get; init; }

    /// <summary>One event of this size before the last of the others; 0 for none.</summary>
    public int LargeEvent { get; init; }

    /// <summary><c>sqs</c> or <c>azure</c>.</summary>
    public string Cloud { get; init; } = "sqs";

    /// <summary>True where calls are counted, the sender's among them.</summary>
    public bool IsMetered { get; init; }

    /// <summary>
    /// Brought to the exchange before the clock runs, so that compiled code is measured: enough small events for every method to
    /// be compiled for good, then some of its own.
    /// </summary>
    public IReadOnlyList<Load> WarmUp =>
    [
        this with
        {
            Events = IsMetered ? MeteredWarmUp : Packing is Packing.Plain ? PlainWarmUp : PackedWarmUp,
            EventBytes = SmallBytes,
            Packing = Packing is Packing.Full ? Packing.Counted : Packing,
            EventsPerMessage = WarmUpEventsPerMessage,
            LargeEvent = 0,
        },
        Part(OwnWarmUp) with { LargeEvent = 0 },
    ];

    /// <summary>A part of it.</summary>
    public Load Part(double share) => this with { Events = Math.Max(40, (int)(Events * share)) };

    /// <summary>The events, the same every time.</summary>
    public IEnumerable<byte[]> Generate()
    {
        var events = new GeneratedEvents(seed: 1);
        for (var number = 0; number < Events; number++)
        {
            yield return number == Events - 1 && LargeEvent > 0
                ? events.Dump(LargeEvent)
                : EventBytes < SmallBytes ? events.Tiny() : EventBytes == SmallBytes ? events.Small() : events.Large(EventBytes);
        }
    }

    /// <summary>Puts the events into a queue.</summary>
    public Task FillAsync(ConnectedQueue queue, CancellationToken cancellationToken) => Packing switch
    {
        Packing.None => Task.CompletedTask,
        Packing.Full => SendAsync(queue, cancellationToken),
        Packing.Plain => PutAsync(queue, Generate(), cancellationToken),
        _ => PutAsync(queue, Batches(new BatchWriter(queue.Limits)), cancellationToken),
    };

    private IEnumerable<byte[]> Batches(BatchWriter writer) =>
        Generate().Chunk(EventsPerMessage).SelectMany(events => writer.Write(events));

    private static Task PutAsync(ConnectedQueue queue, IEnumerable<byte[]> texts, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
        texts.Chunk(MessagesACall),
        new ParallelOptions { MaxDegreeOfParallelism = CallsAtATime, CancellationToken = cancellationToken },
        async (chunk, token) => await queue.PutAsync(chunk, token));

    private async Task SendAsync(ConnectedQueue queue, CancellationToken cancellationToken)
    {
        await using var client = new TelemetryClient(new TelemetryOptions { Queue = queue.Endpoint, Service = "orders" });
        foreach (var json in Generate())
        {
            await client.WaitForRoomAsync(cancellationToken);
            client.Send(json);
        }

        await client.FlushAsync(FlushBudget, cancellationToken);
        if (client.Statistics is { Sent: var sent } && sent != Events)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"the queue took {sent} of {Events} events: {client.Statistics}"));
        }
    }
}
