using System.Globalization;
using Harness.Faults;
using RabbitMQ.Client;

namespace Integration.Tests.EndToEnd;

/// <summary>What a bridge could not publish.</summary>
internal sealed record DeadLetter(
    string Reason, string Detail, string Source, int ReceiveCount, string At, string MessageId, byte[] Body);

/// <summary>Looks into the dead-letter queue; what is there stays there.</summary>
internal sealed class DeadLetters(Uri broker)
{
    public const string Queue = "telemetry.dead";

    /// <summary>All dead letters.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var letters = new List<DeadLetter>();
        while (await channel.BasicGetAsync(Queue, autoAck: false) is { } message)
            letters.Add(Read(message));
        return letters;
    }

    /// <summary>Waits until there are this many.</summary>
    public async Task<IReadOnlyList<DeadLetter>> UntilAsync(int count, TimeSpan patience, Func<string> problem)
    {
        IReadOnlyList<DeadLetter> letters = [];
        await Eventually.HoldsAsync(
            async () => (letters = await ReadAsync()).Count >= count,
            patience,
            () => Task.FromResult($"{letters.Count} of {count} dead letters: {Reasons()}; {problem()}"));
        Assert.Equal(count, letters.Count);
        return letters;

        string Reasons() => string.Join("; ", letters.Select(letter => $"{letter.Reason} ({letter.Detail})"));
    }

    private static DeadLetter Read(BasicGetResult message)
    {
        var headers = ArrivedEvent.HeadersOf(message.BasicProperties);
        return new DeadLetter(
            headers["x-dead-reason"],
            headers["x-dead-detail"],
            headers["x-dead-source"],
            int.Parse(headers["x-dead-receive-count"], CultureInfo.InvariantCulture),
            headers["x-dead-at"],
            message.BasicProperties.MessageId ?? "",
            message.Body.ToArray());
    }
}
