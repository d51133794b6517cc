namespace Bridge.Tools;

/// <summary>What <c>--help</c> says of the tools.</summary>
internal static class ToolHelp
{
    public const string Send = "Sends events, JSON Lines from a file or standard input, into a queue, as TelemetryQueue.Send in a function does";

    public const string SendDetails =
        """
        A line that is no JSON object is named on standard error and left out; the exit code is then 1.

        Examples:
          bridge send --queue https://sqs.eu-west-1.amazonaws.com/123456789012/telemetry events.jsonl
          tail -F app.jsonl | bridge send --queue http://127.0.0.1:10001/devstoreaccount1/telemetry --kind azure
        """;

    public const string Inspect = "Shows what the text of a queue message holds: its header, then its events";

    public const string InspectDetails =
        """
        Several texts, one a line, are put together where they are the chunks of one batch.

        Examples:
          bridge inspect message.txt
          bridge dead export | jq -r '.body|@base64d' | bridge inspect
        """;

    public const string Dead = "Works with the dead letters, the queue telemetry.dead of the broker: what could not be published, with the reason";

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

    public const string DeadExport = "Writes dead letters with headers and payload (body, in Base64) as JSON Lines. They stay in the queue";

    public const string DeadExportDetails =
        """
        Example:
          bridge dead export --reason malformed --output dead.jsonl
        """;

    public const string DeadReplay = "Tries dead letters again: a queue message goes back to the queue it came from, a refused event to the exchange";

    public const string DeadReplayDetails =
        """
        A dead letter is removed when queue or broker has accepted it. Only those present at the start are tried. The queues are the
        configured ones (Bridge__Queues__N__Url).

        Examples:
          bridge dead replay --reason unroutable --dry-run
          bridge dead replay --reason undecryptable
        """;

    public const string Audit = "Tells for each sender whether batches or events are missing at the exchange, and what arrived twice";

    public const string AuditDetails =
        """
        Every event that a sender of this project sent carries its sender, the number of its batch and how many events that holds. Gaps
        in these are loss; the exit code is then 1, and also where an event came back altered. Identical duplicates are no failure.
        - What was lost behind the last batch that was seen cannot be told, nor among plain events, which carry no number.
        - A batch whose SendAsync threw, and an event that was too large to send, leave a gap: their sender was told. Dead letters
          leave one too: --dead explains these.
        - --from: what a bridge has in hand shows as missing; let it come to rest, or read again. Reading counts as a delivery of each
          message, and marks it as redelivered; while it lasts, no consumer of the queue gets these messages. They stay unacknowledged
          at the broker until the report is written, 1 GiB of them at most (--max-bytes): what lies behind is not read, and the exit
          code is 1. A longer queue is read part by part: --consume --export PART again and again, then --file with all parts.
        - --for: as long as it listens, an event for which no other queue is bound is taken by the audit's queue, and not returned to the
          bridge as unroutable. Bind it with the keys of your own queues (--binding) where that matters.

        Examples:
          bridge audit --for 00:05:00 --dead
          bridge audit --from telemetry.audit --dead --json
          bridge audit --from telemetry.audit --consume --export seen.jsonl && bridge audit --file seen.jsonl
        """;

    public const string AuditUri =
        "The broker, instead of Bridge__RabbitMq__Uri. Its password is better in the environment: other users see a command line";

    public const string Key = "Key as KVER:BASE64 of 32 bytes. Better in the environment as TELEMETRY_KEY: other users see a command line";

    public const string Connection =
        "Azure only: storage connection string. Better in the environment as TELEMETRY_QUEUE_CONNECTION: other users see a command line";
}
