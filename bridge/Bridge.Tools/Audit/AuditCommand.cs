using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Bridge.RabbitMq.Connections;

namespace Bridge.Tools.Audit;

/// <summary><c>bridge audit</c>.</summary>
internal static class AuditCommand
{
    private static readonly TimeSpan DefaultWarmUp = TimeSpan.FromSeconds(10);

    // A queue delivers the message of a dead replica again after the lease of one minute; then the bridge must still publish it.
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(75);

    // The longest time of a timer.
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(24);

    public static Command Create(ToolSettings settings)
    {
        var queue = Text("--from", "Existing queue to read to its current end; the messages stay in it", "QUEUE");
        var consume = Flag("--consume", "With --from: removes the messages after the report");
        var maxBytes = MaxBytes();
        var window = Time("--for", "Listens to the exchange for this long, with a queue of its own", TimeSpan.Zero);
        var warmUp = Time("--warm-up", "With --for: listens this long before, to learn the senders' positions", DefaultWarmUp);
        var wait = Time("--wait", "With --for: waits at most this long afterwards for missing events", DefaultWait);
        var bindings = Bindings();
        var file = Text("--file", "JSON Lines, as --export writes; - for standard input", "FILE");
        var fromZero = Flag("--from-zero", "Not with --for: counts from sequence 0; the queue must be older than its senders");
        var dead = Flag("--dead", "Reads the dead-letter queue too, without changing it: a dead letter explains a gap");
        var export = Text("--export", "File to write the events' ids, headers and body hashes to", "FILE");
        var json = Flag("--json", "One JSON object instead of a table");
        var uri = Text("--uri", ToolHelp.AuditUri, "URI");
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

    private static async Task<int> RunAsync(
        AuditRequest request, Func<BrokerConnector> connect, CancellationToken cancellationToken)
    {
        var run = new AuditRun(request, connect, TimeProvider.System);
        return await run.RunAsync(cancellationToken) ? ExitCodes.Succeeded : ExitCodes.Failed;
    }

    private static BrokerConnector Connector(RabbitMqOptions options, string? uri)
    {
        if (uri is not null)
            options = options with { Uri = uri, Hosts = [] };
        return options.Validate() is [var error, ..]
            ? throw new UsageException($"--uri: {error}")
            : new BrokerConnector(options, TimeProvider.System);
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

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<string[]> Bindings() => new("--binding")
    {
        Description = "With --for: binding key; may be repeated",
        HelpName = "KEY",
        DefaultValueFactory = _ => ["#"],
    };

    private static Option<string?> Text(string name, string description, string value) =>
        new(name) { Description = description, HelpName = value };

    private static Option<long> MaxBytes()
    {
        var option = new Option<long>("--max-bytes")
        {
            Description = "With --from: holds at most this many bytes of messages, plus a KiB for each message,"
                + " and leaves the rest unread",
            HelpName = "N",
            DefaultValueFactory = _ => AuditRequest.DefaultMaxBytes,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && long.TryParse(token.Value, out var bytes) && bytes < 1)
                result.AddError($"--max-bytes is {bytes}: give 1 or more");
        });
        return option;
    }

    private static Option<TimeSpan> Time(string name, string description, TimeSpan defaultTime)
    {
        var minTime = defaultTime > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromSeconds(1);
        return new Option<TimeSpan>(name)
        {
            Description = description,
            HelpName = "HH:MM:SS",
            DefaultValueFactory = _ => defaultTime,
            CustomParser = result =>
            {
                // TimeSpan.TryParse reads a number without a colon as days.
                var text = result.Tokens[0].Value;
                if (!text.Contains(':', StringComparison.Ordinal)
                    || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time))
                {
                    result.AddError($"{name} is no time: give HH:MM:SS, such as 00:01:30");
                    return default;
                }

                if (time < minTime || time > MaxTime)
                    result.AddError($"{name} is out of range: give {minTime} to {MaxTime.TotalDays} days, as HH:MM:SS");
                return time;
            },
        };
    }
}
