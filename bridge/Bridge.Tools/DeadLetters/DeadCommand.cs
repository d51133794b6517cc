using System.CommandLine;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.DeadLetters;

/// <summary><c>bridge dead</c>, and what its commands share.</summary>
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
        var reason = new Option<string?>("--reason") { Description = $"Only those with this reason: {string.Join(", ", codes)}", HelpName = "REASON" };
        reason.AcceptOnlyFromAmong(codes);
        return reason;
    }

    public static Option<int> Limit(int standard)
    {
        var limit = new Option<int>("--limit")
        {
            Description = "At most so many, the oldest first; 0 for all",
            HelpName = "N",
            DefaultValueFactory = _ => standard,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && value < 0)
                result.AddError($"--limit is {value}: give 0 or more");
        });
        return limit;
    }

    /// <summary>Opens the queue at the configured broker.</summary>
    public static Task<DeadLetterQueue> OpenAsync(ToolSettings settings, CancellationToken cancellationToken) =>
        DeadLetterQueue.OpenAsync(
            new BrokerConnector(settings.ReadBroker(), TimeProvider.System), TimeProvider.System, cancellationToken);

    /// <summary>Those that the options choose.</summary>
    public static IAsyncEnumerable<KeptDeadLetter> ChooseAsync(
        this DeadLetterQueue queue, string? reason, int limit, CancellationToken cancellationToken) =>
        queue.ReadAsync(cancellationToken)
            .Where(letter => reason is null || letter.Reason == reason)
            .Take(limit == 0 ? int.MaxValue : limit);
}
