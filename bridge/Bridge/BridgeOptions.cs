using Bridge.CloudQueues;
using Bridge.Core.Configuration;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Reassembly;
using Bridge.Core.Routing;
using Bridge.Edge.Configuration;
using Bridge.Edge.Spool;
using Bridge.Hosting.Collector;
using Bridge.Hosting.Http;
using Bridge.RabbitMq.Connections;
using Microsoft.Extensions.Configuration;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge;

/// <summary>The bridge's configuration, the section <c>Bridge</c>: the options of each stage, in the order of the data.</summary>
internal sealed record BridgeOptions
{
    /// <summary>Reads the section, or a part of it.</summary>
    public static OptionsReader Reader { get; } = new("Bridge", typeof(BridgeOptions));

    /// <summary>What comes in without a cloud queue.</summary>
    public IReadOnlyList<IntakeOptions> Intakes { get; init; } = [];

    /// <summary>Where that is stored until the broker has confirmed it.</summary>
    public SpoolOptions Spool { get; init; } = new();

    /// <summary>The cloud queues; at least one where there is no intake.</summary>
    public IReadOnlyList<QueueOptions> Queues { get; init; } = [];

    /// <summary>How messages are received from the queues.</summary>
    public ReceiveOptions Receive { get; init; } = new();

    /// <summary>Keys by version, each 32 bytes in Base64. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Keys of encrypted events by version: <c>fernet:BASE64URL</c> or <c>aes-256-gcm:BASE64</c>. Secrets.</summary>
    public IReadOnlyDictionary<string, string> EventKeys { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Rules for where events go; the first rule that fits an event decides.</summary>
    public IReadOnlyList<RuleOptions> Rules { get; init; } = [];

    /// <summary>How chunked batches are assembled.</summary>
    public AssembleOptions Assemble { get; init; } = new();

    /// <summary>The broker that events are published to.</summary>
    public RabbitMqOptions RabbitMq { get; init; } = new();

    /// <summary>The address that serves health, metrics and the status page.</summary>
    public HttpOptions Http { get; init; } = new();

    /// <summary>The collector that receives the bridge's own metrics and traces.</summary>
    public OtlpOptions Otlp { get; init; } = new();

    /// <summary>Reads and checks the configuration.</summary>
    /// <exception cref="BridgeOptionsException">At least one value is wrong; the exception lists them all.</exception>
    public static BridgeOptions Read(IConfiguration configuration)
    {
        var options = Reader.Read<BridgeOptions>(
            configuration, "Bridge", read => read.WithStandardOtlp(configuration).Validate());
        return options.WithStandardOtlp(configuration);
    }

    /// <summary>The queues as endpoints. Requires valid options.</summary>
    public IReadOnlyList<QueueEndpoint> Endpoints() => [.. Queues.Select(queue => queue.Parse(out _)!)];

    /// <summary>The exchanges that rules name beside the bridge's own.</summary>
    public IReadOnlyList<string> RuleExchanges() =>
        [.. Rules.Select(rule => rule.Exchange).OfType<string>().Except([RabbitMq.Exchange], StringComparer.Ordinal)];

    /// <summary>
    /// Queues for the chunks of large events: none without a cloud queue, since only there an event comes in chunks.
    /// </summary>
    public int ChunkPartitions => Queues.Count == 0 ? 0 : Assemble.Partitions;

    /// <summary>The key that encrypts the spool, or null. Requires valid options.</summary>
    public MasterKey? SpoolKey() => Spool.Key is { } version ? MasterKey.Parse(version, Keys[version]) : null;

    /// <summary>The keys as a key ring. Requires valid options.</summary>
    public KeyRing KeyRing() => new(Keys.Select(key => MasterKey.Parse(key.Key, key.Value)));

    private BridgeOptions WithStandardOtlp(IConfiguration configuration) => this with { Otlp = Otlp.OrStandard(configuration) };

    private IEnumerable<string> Validate() =>
        ValidateIntakes().Concat(ValidateQueues()).Concat(Receive.Validate()).Concat(ValidateKeys(Keys))
            .Concat(EventKeyOptions.Validate(EventKeys)).Concat(RuleOptions.Validate(Rules))
            .Concat(Assemble.Validate()).Concat(RabbitMq.Validate()).Concat(Http.Validate()).Concat(Otlp.Validate());

    private IEnumerable<string> ValidateIntakes() =>
    [
        .. IntakeOptions.ValidateAll(Intakes),
        .. Spool.Validate(isRequired: Intakes.Count > 0, Keys.Keys),
    ];

    private IEnumerable<string> ValidateQueues()
    {
        if (Queues.Count == 0 && Intakes.Count == 0)
        {
            yield return "Bridge:Queues is empty: set Bridge__Queues__0__Url to the queue's URL, or Bridge__Intakes__0__Url to an"
                + " intake's; without either there is nothing to receive";
        }

        foreach (var error in ValidateEach(Queues))
            yield return error;
        foreach (var (url, times) in Queues.CountBy(queue => queue.Url ?? "", StringComparer.Ordinal))
        {
            if (times > 1 && url.Length > 0)
                yield return $"Bridge:Queues names {url} {times} times: once is enough";
        }
    }

    /// <summary>All errors of the queues, one line each.</summary>
    public static IEnumerable<string> ValidateEach(IEnumerable<QueueOptions> queues)
    {
        foreach (var (index, queue) in queues.Index())
        {
            if (queue.Parse(out var error) is null)
                yield return $"Bridge:Queues:{index}: {error}";
        }
    }

    /// <summary>The errors of each key, one line each.</summary>
    public static IEnumerable<string> ValidateKeys(IReadOnlyDictionary<string, string> keys)
    {
        foreach (var (version, key) in keys)
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
