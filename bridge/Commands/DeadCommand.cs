using System.CommandLine;
using Bridge.DeadLetter;
using Bridge.Publish;
using Telemetry.Wire;

namespace Bridge.Commands;

/// <summary><c>bridge dead</c>, and what its commands share.</summary>
internal static class DeadCommand
{
    public static Command Create() => new DocumentedCommand("dead", Help.Dead, Help.DeadDetails)
    {
        DeadListCommand.Create(),
        DeadExportCommand.Create(),
        DeadReplayCommand.Create(),
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
    public static Task<DeadLetterQueue> OpenAsync(CancellationToken cancellationToken) =>
        DeadLetterQueue.OpenAsync(
            new BrokerConnector(CommandConfiguration.ReadBroker(), TimeProvider.System), TimeProvider.System, cancellationToken);

    /// <summary>Those that the options choose.</summary>
    public static IAsyncEnumerable<KeptDeadLetter> ChooseAsync(
        this DeadLetterQueue queue, string? reason, int limit, CancellationToken cancellationToken) =>
        queue.ReadAsync(cancellationToken)
            .Where(letter => reason is null || letter.Reason == reason)
            .Take(limit == 0 ? int.MaxValue : limit);
}
