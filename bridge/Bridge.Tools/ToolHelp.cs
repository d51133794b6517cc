namespace Bridge.Tools;

/// <summary>What <c>--help</c> says of the tools.</summary>
internal static class ToolHelp
{
    public const string Send =
        "Sends events, JSON Lines from a file or standard input, into a queue, as TelemetryQueue.Send in a function does";

    public const string SendDetails =
        """
        A line that is no JSON object is skipped and reported on standard error; the exit code is then 1.

        Examples:
          bridge send --queue https://sqs.eu-west-1.amazonaws.com/123456789012/telemetry events.jsonl
          tail -F app.jsonl | bridge send --queue http://127.0.0.1:10001/devstoreaccount1/telemetry --kind azure
        """;

    public const string Inspect = "Shows what the text of a queue message holds: its header, then its events";

    public const string InspectDetails =
        """
        Several texts, one a line, are assembled when they are the chunks of one batch.

        Examples:
          bridge inspect message.txt
          bridge dead export | jq -r '.body|@base64d' | bridge inspect
        """;

    public const string Dead =
        "Works with the dead letters in the broker's queue telemetry.dead: what could not be published, with the reason";

    public const string DeadDetails =
        """
        The broker is the one that Bridge__RabbitMq__Uri names.
        """;

    public const string DeadList = "Lists dead letters without payload. They stay in the queue";

    public const string DeadListDetails =
        """
        Examples:
          bridge dead list
          bridge dead list --reason undecryptable --json --limit 0
        """;

    public const string DeadExport =
        "Writes dead letters with headers and payload (body, in Base64) as JSON Lines. They stay in the queue";

    public const string DeadExportDetails =
        """
        Example:
          bridge dead export --reason malformed --output dead.jsonl
        """;

    public const string DeadReplay =
        "Tries dead letters again: a queue message goes back to the queue it came from, a refused event to the exchange";

    public const string DeadReplayDetails =
        """
        A dead letter is removed when the queue or the broker has accepted it. Only those present at the start are tried. The
        queues are the configured ones (Bridge__Queues__N__Url).

        Examples:
          bridge dead replay --reason unroutable --dry-run
          bridge dead replay --reason undecryptable
        """;

    public const string Audit =
        "Tells for each sender whether batches or events are missing at the exchange, and what arrived twice";

    public const string AuditDetails =
        """
        Each event of this project's senders names its sender, its batch's number and the number of events in the batch. A gap in
        these numbers is a loss; the exit code is then 1. It is also 1 when an event came again with another body. Identical
        duplicates are no failure.
        - A loss after the last batch that was seen cannot be found, nor a loss among plain events, which have no number.
        - A batch whose SendAsync threw leaves a gap, and so does an event that was too large to send: the sender got an error. A
          dead letter leaves a gap too: --dead explains it.
        - --from: events that a bridge is processing count as missing; stop the senders and wait, or read again. Reading counts
          as a delivery of each message and marks it as redelivered; meanwhile no other consumer gets these messages. They stay
          unacknowledged at the broker until the report is written, at most 1 GiB of them (--max-bytes): the rest is not read,
          and the exit code is 1. Read a longer queue in parts: repeat --consume --export PART, then use --file with all parts.
        - --for: the audit's own queue receives also events for which no other queue is bound, so the broker does not return
          them to the bridge as unroutable. If that matters, bind the queue with the keys of your own queues (--binding).

        Examples:
          bridge audit --for 00:05:00 --dead
          bridge audit --from telemetry.audit --dead --json
          bridge audit --from telemetry.audit --consume --export seen.jsonl && bridge audit --file seen.jsonl
        """;

    public const string AuditUri =
        "The broker, instead of Bridge__RabbitMq__Uri. Its password is better in the environment: other users see a command line";

    public const string Key =
        "Key as KVER:BASE64 of 32 bytes. Better in the environment as TELEMETRY_KEY: other users see a command line";

    public const string Connection =
        "Azure only: storage connection string. Better in the environment as TELEMETRY_QUEUE_CONNECTION: other users see a"
        + " command line";
}
