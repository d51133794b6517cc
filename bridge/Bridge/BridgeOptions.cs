using Bridge.CloudQueues;
using Bridge.Core.Configuration;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Reassembly;
using Bridge.Core.Routing;
using Bridge.Hosting.Collector;
using Bridge.Hosting.Http;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Configuration;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge;

/// <summary>The bridge's configuration, the section <c>Bridge</c>: each stage's own options, in the order of the data.</summary>
internal sealed record BridgeOptions
{
    /// <summary>Reads the section, or a part of it.</summary>
    public static OptionsReader Reader { get; } = new("Bridge", typeof(BridgeOptions));

    /// <summary>The cloud queues; at least one.</summary>
    public IReadOnlyList<QueueOptions> Queues { get; init; } = [];

    /// <summary>How messages are taken from them.</summary>
    public ReceiveOptions Receive { get; init; } = new();

    /// <summary>Keys by version, each 32 bytes in Base64. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Keys of encrypted events by version: <c>fernet:BASE64URL</c> or <c>aes-256-gcm:BASE64</c>. Secrets.</summary>
    public IReadOnlyDictionary<string, string> EventKeys { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Rules for where events go; of all that fit an event, the first one decides.</summary>
    public IReadOnlyList<RuleOptions> Rules { get; init; } = [];

    /// <summary>How chunked batches are put together.</summary>
    public AssembleOptions Assemble { get; init; } = new();

    /// <summary>Where events go.</summary>
    public RabbitMqOptions RabbitMq { get; init; } = new();

    /// <summary>Where health and metrics are served.</summary>
    public HttpOptions Http { get; init; } = new();

    /// <summary>Where the bridge's own metrics and traces are sent.</summary>
    public OtlpOptions Otlp { get; init; } = new();

    /// <summary>Reads and checks the configuration.</summary>
    /// <exception cref="BridgeOptionsException">At least one value is wrong; the exception lists them all.</exception>
    public static BridgeOptions Read(IConfiguration configuration)
    {
        var options = Reader.Read<BridgeOptions>(
            configuration, "Bridge", read => read.WithStandardOtlp(configuration).Validate());
        return options.WithStandardOtlp(configuration);
    }

    /// <summary>The queues as endpoints; the options are valid.</summary>
    public IReadOnlyList<QueueEndpoint> Endpoints() => [.. Queues.Select(queue => queue.Parse(out _)!)];

    /// <summary>The exchanges that rules name beside the bridge's own.</summary>
    public IReadOnlyList<string> RuleExchanges() =>
        [.. Rules.Select(rule => rule.Exchange).OfType<string>().Except([RabbitMq.Exchange], StringComparer.Ordinal)];

    /// <summary>The keys as a ring; the options are valid.</summary>
    public KeyRing KeyRing() => new(Keys.Select(key => MasterKey.Parse(key.Key, key.Value)));

    private BridgeOptions WithStandardOtlp(IConfiguration configuration) => this with { Otlp = Otlp.OrStandard(configuration) };

    private IEnumerable<string> Validate() =>
        ValidateQueues().Concat(Receive.Validate()).Concat(ValidateKeys())
            .Concat(EventKeyOptions.Validate(EventKeys)).Concat(RuleOptions.Validate(Rules))
            .Concat(Assemble.Validate()).Concat(RabbitMq.Validate()).Concat(Http.Validate()).Concat(Otlp.Validate());

    private IEnumerable<string> ValidateQueues()
    {
        if (Queues.Count == 0)
            yield return "Bridge:Queues is empty: set Bridge__Queues__0__Url to the queue's URL; without a queue there is nothing to receive";
        foreach (var error in ValidateEach(Queues))
            yield return error;
        foreach (var twice in Queues.GroupBy(queue => queue.Url, StringComparer.Ordinal).Where(group => group.Key is not null && group.Count() > 1))
            yield return $"Bridge:Queues names {twice.Key} {twice.Count()} times: once is enough";
    }

    /// <summary>What is wrong with each queue, one line each.</summary>
    public static IEnumerable<string> ValidateEach(IEnumerable<QueueOptions> queues)
    {
        foreach (var (index, queue) in queues.Index())
        {
            if (queue.Parse(out var error) is null)
                yield return $"Bridge:Queues:{index}: {error}";
        }
    }

    private IEnumerable<string> ValidateKeys()
    {
        foreach (var (version, key) in Keys)
        {
            string? error = null;
            try
            {
                MasterKey.Parse(version, key);
            }
            catch (FormatException e)
            {
                error = $"Bridge:Keys:{version}: {e.Message}";
            }

            if (error is not null)
                yield return error;
        }
    }
}
