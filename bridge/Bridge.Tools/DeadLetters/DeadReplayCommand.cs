using System.CommandLine;
using Bridge.RabbitMq.DeadLetters;
using Telemetry.Queues;

namespace Bridge.Tools.DeadLetters;

/// <summary><c>bridge dead replay</c>.</summary>
internal static class DeadReplayCommand
{
    public static Command Create(ToolSettings settings)
    {
        var (reason, limit) = (DeadCommand.Reason(), DeadCommand.Limit(0));
        var queue = CommandArguments.Queue(required: false, "Takes queue messages whose own queue is not configured");
        var (kind, connection) = (CommandArguments.Kind(), CommandArguments.Connection());
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go where" };
        var command = new DocumentedCommand("replay", ToolHelp.DeadReplay, ToolHelp.DeadReplayDetails)
        {
            reason, limit, queue, kind, connection, dryRun,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var other = parsed.GetValue(queue) is { } url
                ? CommandArguments.ReadQueue(url, parsed.GetValue(kind), parsed.GetValue(connection))
                : null;
            await using var destinations = new ReplayDestinations(settings.ReadQueues(), other, settings.OpenSender);
            await using var letters = await DeadCommand.OpenAsync(settings, cancellationToken);
            var chosen = letters.ChooseAsync(parsed.GetValue(reason), parsed.GetValue(limit), cancellationToken);
            return parsed.GetValue(dryRun)
                ? await ShowDestinationsAsync(settings, chosen, destinations)
                : await ReplayAsync(settings, letters, chosen, destinations, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ShowDestinationsAsync(
        ToolSettings settings, IAsyncEnumerable<KeptDeadLetter> chosen, ReplayDestinations destinations)
    {
        var exchange = settings.ReadBroker().Exchange;
        var (replayable, stuck) = (0, 0);
        await foreach (var letter in chosen)
        {
            var problem = letter.Problem;
            var where = problem is not null ? null
                : letter.RoutingKey is { } key ? $"exchange {letter.Exchange ?? exchange}, routing key {key}"
                : destinations.Find(letter.Source, out problem)?.ToString();
            replayable += where is null ? 0 : 1;
            stuck += where is null ? 1 : 0;
            var result = where is null ? $"would stay: {problem}" : $"-> {where}";
            Console.Out.WriteLine($"{letter.MessageId} ({letter.Reason}) {result}");
        }

        Console.Out.WriteLine($"would replay {replayable} dead letters; {stuck} would stay");
        return stuck == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
    }

    private static async Task<int> ReplayAsync(
        ToolSettings settings,
        DeadLetterQueue letters,
        IAsyncEnumerable<KeptDeadLetter> chosen,
        ReplayDestinations destinations,
        CancellationToken cancellationToken)
    {
        await using var publisher = new CommandPublisher(settings.ReadBroker(), settings.ReadPartitions());
        var replay = new DeadLetterReplay(destinations, publisher, publisher.Exchange);
        var replayed = 0;
        var failed = new List<string>();
        try
        {
            await foreach (var some in chosen.InRoundsAsync(cancellationToken))
            {
                var failures = await replay.TryAsync(some, cancellationToken);
                failed.AddRange(failures.Values);
                foreach (var letter in some.Where(letter => !failures.ContainsKey(letter)))
                {
                    await letters.RemoveAsync(letter, cancellationToken);
                    replayed++;
                }
            }

            await letters.SettleAsync(cancellationToken);
        }
        finally
        {
            foreach (var (reason, count) in failed.CountBy(reason => reason, StringComparer.Ordinal))
                Console.Error.WriteLine($"error: {count} stay dead letters: {CommandErrors.OneLine(reason)}");
            Console.Out.WriteLine($"replayed {replayed} dead letters; {failed.Count} stay");
        }

        return failed.Count == 0 ? ExitCodes.Succeeded : ExitCodes.Failed;
    }
}
