namespace Bridge.Commands;

/// <summary>Texts of <c>--help</c> for the bridge's own commands; ToolHelp has those of the tools.</summary>
internal static class Help
{
    public const string Root =
        "Brings telemetry events from cloud queues (Azure Storage Queue, Amazon SQS) into a RabbitMQ exchange";

    public const string RootDetails =
        """
        Configuration comes from an optional appsettings.json in the working directory, and from environment variables:
          Bridge__Queues__0__Url         queue to receive from; 0, 1, 2 ... for several
          Bridge__Queues__0__Kind        azure or sqs, when the host name does not show it
          Bridge__Queues__0__Connection  Azure only: a storage connection string instead of an identity
          Bridge__RabbitMq__Uri          amqp://USER:PASSWORD@HOST:PORT/VHOST, or amqps://
          Bridge__RabbitMq__Exchange     existing exchange to publish to (telemetry)
          Bridge__RabbitMq__RoutingKey   template of the routing key ({style}.{service}.{level})
          Bridge__Keys__KVER             32 bytes in Base64, one entry a key
          Bridge__Http__Url              address of /healthz, /readyz and /metrics (http://127.0.0.1:8080)

        Exit codes: 0 done, 1 failed, 2 wrong usage.

        Examples:
          bridge check && bridge
          bridge send --queue https://ACCOUNT.queue.core.windows.net/QUEUE events.jsonl
          bridge dead list --reason unroutable
          bridge audit --for 00:05:00 --dead
        """;

    public const string Run = "Runs the bridge until it is told to end (SIGTERM or Ctrl-C); the default command";

    public const string RunDetails =
        """
        It first checks everything that it needs, as 'bridge check' does, and ends with 1 when waiting would not help. It waits
        for a broker or a queue that does not answer yet.
        """;

    public const string Check =
        "Tries configuration, queues, broker, exchange and permissions, one line each, without moving a message";

    public const string CheckDetails =
        """
        It creates the bridge's own queues in the broker when they are missing, as 'bridge run' does.

        FAIL: it does not work, or batches would stay incomplete; the exit code is then 1. WARN: it works, but is unwise.
        docs/reference/commands.md lists the mistakes that are found.
        """;

    public const string Probe =
        "Asks the bridge that runs on this machine whether it is well: a health check for images without a shell";

    public const string ProbeDetails =
        """
        It asks the address in Bridge__Http__Url. If that is every address (0.0.0.0, [::], + or *), it asks 127.0.0.1.
        It fails after 3 s. Exit code 0: well; 1: not well, and standard error says why.

        Examples:
          bridge probe            it lives: for a liveness probe or a container's HEALTHCHECK
          bridge probe --ready    it can publish now: for a readiness probe
        """;
}
