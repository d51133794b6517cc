using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Bridge.RabbitMq.Connections;

namespace Bridge.Tools.Audit;

/// <summary><c>bridge audit</c>.</summary>
internal static class AuditCommand
{
    private static readonly TimeSpan StandardWarmUp = TimeSpan.FromSeconds(10);

    // A message of a replica that died is seen again after its lease, a minute, and is then still to be published.
    private static readonly TimeSpan StandardWait = TimeSpan.FromSeconds(75);

    // What a timer can measure.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    public static Command Create(ToolSettings settings)
    {
        var queue = new Option<string?>("--from") { Description = "Existing queue to read to its current end; what is read stays in it", HelpName = "QUEUE" };
        var consume = new Option<bool>("--consume") { Description = "With --from: removes what was read, after the report" };
        var maxBytes = MaxBytes();
        var window = Time("--for", "Listens to the exchange for so long, with a queue of its own", TimeSpan.Zero);
        var warmUp = Time("--warm-up", "With --for: listens so long before, to find where the senders are", StandardWarmUp);
        var wait = Time("--wait", "With --for: waits so long behind it, at most, for what is missing", StandardWait);
        var bindings = new Option<string[]>("--binding") { Description = "With --for: binding key; may be repeated", HelpName = "KEY", DefaultValueFactory = _ => ["#"] };
        var file = new Option<string?>("--file") { Description = "JSON Lines, as --export writes; - for standard input", HelpName = "FILE" };
        var fromZero = new Option<bool>("--from-zero") { Description = "Not with --for: the queue was bound before its senders began, so count from sequence 0" };
        var dead = new Option<bool>("--dead") { Description = "Reads the dead-letter queue too, which stays as it is: a dead letter explains a gap" };
        var export = new Option<string?>("--export") { Description = "File to write the events' ids, headers and body hashes to", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "One JSON object instead of a table" };
        var uri = new Option<string?>("--uri") { Description = ToolHelp.AuditUri, HelpName = "URI" };
        var command = new DocumentedCommand("audit", ToolHelp.Audit, ToolHelp.AuditDetails)
        {
            queue, consume, maxBytes, window, warmUp, wait, bindings, file, fromZero, dead, export, json, uri,
        };
        command.Validators.Add(result => Validate(
            result, [queue, window, file], queue, window, [consume, maxBytes], fromZero, [warmUp, wait, bindings]));
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new AuditRequest
            {
                Queue = parsed.GetValue(queue),
                MaxBytes = parsed.GetValue(maxBytes),
                Consume = parsed.GetValue(consume),
                Window = parsed.GetValue(window) is var time && time > TimeSpan.Zero ? time : null,
                WarmUp = parsed.GetValue(warmUp),
                Wait = parsed.GetValue(wait),
                Bindings = parsed.GetValue(bindings) ?? [],
                File = parsed.GetValue(file),
                FromZero = parsed.GetValue(fromZero),
                Dead = parsed.GetValue(dead),
                Export = parsed.GetValue(export),
                Json = parsed.GetValue(json),
            },
            () => Connector(settings.ReadBroker(), parsed.GetValue(uri)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(AuditRequest request, Func<BrokerConnector> connect, CancellationToken cancellationToken)
    {
        var run = new AuditRun(request, connect, TimeProvider.System);
        return await run.RunAsync(cancellationToken) ? ExitCodes.Succeeded : ExitCodes.Failed;
    }

    private static BrokerConnector Connector(RabbitMqOptions options, string? uri)
    {
        if (uri is not null)
            options = options with { Uri = uri, Hosts = [] };
        return options.Validate() is [var error, ..] ? throw new UsageException($"--uri: {error}") : new BrokerConnector(options, TimeProvider.System);
    }

    private static void Validate(
        CommandResult result, Option[] sources, Option queue, Option window, Option[] ofQueue, Option fromZero, Option[] ofWindow)
    {
        if (sources.Count(IsGiven) != 1)
            result.AddError("give one of --from QUEUE, --for TIME and --file FILE");
        foreach (var option in ofQueue.Where(option => IsGiven(option) && !IsGiven(queue)))
            result.AddError($"{option.Name} goes with --from");
        if (IsGiven(fromZero) && IsGiven(window))
            result.AddError("--from-zero does not go with --for: senders may have begun before it");
        foreach (var option in ofWindow.Where(option => IsGiven(option) && !IsGiven(window)))
            result.AddError($"{option.Name} goes with --for");

        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
    }

    private static Option<long> MaxBytes()
    {
        var option = new Option<long>("--max-bytes")
        {
            Description = "With --from: holds at most so many bytes of messages, a KiB for each included,"
                + " and leaves the rest unread",
            HelpName = "N",
            DefaultValueFactory = _ => AuditRequest.StandardMaxBytes,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && long.TryParse(token.Value, out var bytes) && bytes < 1)
                result.AddError($"--max-bytes is {bytes}: give 1 or more");
        });
        return option;
    }

    private static Option<TimeSpan> Time(string name, string description, TimeSpan standard)
    {
        var shortest = standard > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        return new Option<TimeSpan>(name)
        {
            Description = description,
            HelpName = "HH:MM:SS",
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                // A number alone would be days.
                var text = result.Tokens[0].Value;
                if (!text.Contains(':', StringComparison.Ordinal)
                    || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time))
                {
                    result.AddError($"{name} is no time: give HH:MM:SS, such as 00:01:30");
                    return default;
                }

                if (time < shortest || time > Longest)
                    result.AddError($"{name} is out of range: give {shortest} to {Longest.TotalDays} days, as HH:MM:SS");
                return time;
            },
        };
    }
}
