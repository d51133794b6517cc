using Bridge.Core.Routing;
using Bridge.Hosting.Status;

namespace Bridge;

/// <summary>
/// The configuration without its secrets. Each setting is listed here by hand, so that a new setting stays hidden until somebody
/// has decided that it is no secret.
/// </summary>
internal static class ConfigurationView
{
    private const string Masked = "••••••";

    /// <summary>Creates the list of the effective settings, in the order of the data.</summary>
    public static IReadOnlyList<Setting> Create(BridgeOptions options) =>
    [
        .. options.Queues.SelectMany((queue, index) => (IEnumerable<Setting>)
        [
            new($"Queues:{index}:Url", queue.ToString()),
            new($"Queues:{index}:Kind", queue.Kind ?? "by the host name"),
            new($"Queues:{index}:Connection", Secret(queue.Connection)),
        ]),
        .. options.Intakes.Select((intake, index) => new Setting($"Intakes:{index}:Url", intake.Url ?? "(no URL)")),
        new("Spool:Directory", options.Spool.Directory ?? "none"),
        new("Spool:MaxBytes", $"{options.Spool.MaxBytes}"),
        new("Spool:MinFreeBytes", $"{options.Spool.MinFreeBytes}"),
        new("Spool:Key", options.Spool.Key ?? "none"),
        new("Receive:Lease", $"{options.Receive.Lease}"),
        new("Receive:MaxPolls", $"{options.Receive.MaxPolls}"),
        new("Receive:MaxDeliveries", $"{options.Receive.MaxDeliveries}"),
        new("Receive:MaxBytes", $"{options.Receive.MaxBytes}"),
        new("Receive:MaxOpenedBytes", $"{options.Receive.MaxOpenedBytes}"),
        .. options.Keys.Keys.Order(StringComparer.Ordinal).Select(version => new Setting($"Keys:{version}", Masked)),
        .. options.EventKeys.Keys.Order(StringComparer.Ordinal).Select(version => new Setting($"EventKeys:{version}", Masked)),
        .. options.Rules.Select((rule, index) => new Setting($"Rules:{index}", $"when {rule.When}: {Effect(rule)}")),
        new("Assemble:Partitions", $"{options.Assemble.Partitions}"),
        new("Assemble:Timeout", $"{options.Assemble.Timeout}"),
        new("Assemble:MaxBytes", $"{options.Assemble.MaxBytes}"),
        new("RabbitMq:Uri", options.RabbitMq.DisplayUri),
        new("RabbitMq:CaFile", options.RabbitMq.CaFile ?? "the machine's trust"),
        new("RabbitMq:ClientCertificateFile", options.RabbitMq.ClientCertificateFile ?? "none"),
        new("RabbitMq:ClientKeyPassword", Secret(options.RabbitMq.ClientKeyPassword)),
        new("RabbitMq:Exchange", options.RabbitMq.Exchange),
        new("RabbitMq:RoutingKey", options.RabbitMq.RoutingKey),
        new("RabbitMq:Connections", $"{options.RabbitMq.Connections}"),
        new("RabbitMq:MaxOutstanding", $"{options.RabbitMq.MaxOutstanding}"),
        new("RabbitMq:MaxOutstandingBytes", $"{options.RabbitMq.MaxOutstandingBytes}"),
        new("RabbitMq:ConfirmTimeout", $"{options.RabbitMq.ConfirmTimeout}"),
        new("RabbitMq:WhenRejected", $"{options.RabbitMq.WhenRejected}"),
        new("RabbitMq:DeadLetterAfter", $"{options.RabbitMq.DeadLetterAfter}"),
        new("Http:Url", options.Http.Url),
        new("Http:AllowedHosts", options.Http.AllowedHosts ?? "localhost and IP addresses"),
        new("Http:ShowPayloads", $"{options.Http.ShowPayloads}"),
        new("Otlp:Endpoint", options.Otlp.IsOn ? new Uri(options.Otlp.Endpoint!).GetLeftPart(UriPartial.Path) : "off"),
        new("Otlp:Headers", Secret(options.Otlp.Headers)),
    ];

    private static string Effect(RuleOptions rule) => rule.Drop
        ? "drop"
        : $"exchange {rule.Exchange ?? "unchanged"}, routing key {rule.RoutingKey ?? "unchanged"}";

    private static string Secret(string? value) => string.IsNullOrEmpty(value) ? "none" : Masked;
}
