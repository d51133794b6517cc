using System.CommandLine;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.DeadLetters;

/// <summary><c>bridge dead</c>, and the options that its commands share.</summary>
internal static class DeadCommand
{
    public static Command Create(ToolSettings settings) => new DocumentedCommand("dead", ToolHelp.Dead, ToolHelp.DeadDetails)
    {
        DeadListCommand.Create(settings),
        DeadExportCommand.Create(settings),
        DeadReplayCommand.Create(settings),
    };

    public static Option<string?> Reason()
    {
        string[] codes = [.. Enum.GetValues<RefusalReason>().Select(Refusal.CodeOf)];
        var reason = new Option<string?>("--reason")
        {
            Description = $"Only those with this reason: {string.Join(", ", codes)}",
            HelpName = "REASON",
        };
        reason.AcceptOnlyFromAmong(codes);
        return reason;
    }

    public static Option<int> Limit(int defaultLimit)
    {
        var limit = new Option<int>("--limit")
        {
            Description = "At most this many, the oldest first; 0 for all",
            HelpName = "N",
            DefaultValueFactory = _ => defaultLimit,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value < 0)
                result.AddError($"--limit is {value}: give 0 or more");
        });
        return limit;
    }

    /// <summary>Opens the dead-letter queue of the configured broker.</summary>
    public static Task<DeadLetterQueue> OpenAsync(ToolSettings settings, CancellationToken cancellationToken) =>
        DeadLetterQueue.OpenAsync(
            new BrokerConnector(settings.ReadBroker(), TimeProvider.System), TimeProvider.System, cancellationToken);

    /// <summary>Reads the dead letters that the options select.</summary>
    public static IAsyncEnumerable<KeptDeadLetter> ChooseAsync(
        this DeadLetterQueue queue, string? reason, int limit, CancellationToken cancellationToken) =>
        queue.ReadAsync(cancellationToken)
            .Where(letter => reason is null || letter.Reason == reason)
            .Take(limit == 0 ? int.MaxValue : limit);
}
