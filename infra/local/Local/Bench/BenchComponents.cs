using System.Collections.Immutable;
using Harness.Components;
using Harness.Faults;
using Local.Demo;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>What all runs share: a broker with one virtual host, and both clouds' emulators.</summary>
internal sealed class BenchComponents : IAsyncDisposable
{
    private readonly CertificateAuthority _authority;

    private BenchComponents(
        CertificateAuthority authority, RabbitMqServer rabbitMq, AzuriteServer azurite, FauxqsServer fauxqs) =>
        (_authority, RabbitMq, Azurite, Fauxqs) = (authority, rabbitMq, azurite, fauxqs);

    public RabbitMqServer RabbitMq { get; }

    public AzuriteServer Azurite { get; }

    public FauxqsServer Fauxqs { get; }

    /// <summary>The virtual host's address.</summary>
    public required Uri Broker { get; init; }

    /// <summary>Its address with TLS.</summary>
    public required Uri SecureBroker { get; init; }

    /// <summary>PEM file of the authority that the broker's certificate comes from.</summary>
    public string AuthorityFile => _authority.CertificateFile;

    /// <summary>This process's own connection to it.</summary>
    public required IConnection Connection { get; init; }

    /// <summary>What every bridge gets beside its own settings.</summary>
    public required ImmutableDictionary<string, string> Settings { get; init; }

    /// <summary>Starts them and makes the company's exchange.</summary>
    /// <param name="settings">What every bridge gets beside its own settings.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<BenchComponents> StartAsync(
        ImmutableDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var authority = new CertificateAuthority("bench");
        var azurite = AzuriteServer.StartAsync(cancellationToken: cancellationToken);
        var fauxqs = FauxqsServer.StartAsync(cancellationToken: cancellationToken);
        var rabbitMq = RabbitMqServer.StartAsync(cancellationToken);
        try
        {
            await Task.WhenAll(azurite, fauxqs, rabbitMq);
            // Nobody consumes what arrives: at the one gigabyte of other runs the broker would block publishers in the middle of
            // a race.
            await rabbitMq.Result.ControlAsync(["set_vm_memory_high_watermark", "absolute", "8GB"], cancellationToken);
            var broker = await rabbitMq.Result.CreateVirtualHostAsync("bench", cancellationToken);
            var connection = await new ConnectionFactory { Uri = broker, ClientProvidedName = "bench" }
                .CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(
                Tap.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
            return new BenchComponents(authority, rabbitMq.Result, azurite.Result, fauxqs.Result)
            {
                Broker = broker,
                SecureBroker = await ListenWithTlsAsync(rabbitMq.Result, authority, broker, cancellationToken),
                Connection = connection,
                Settings = settings,
            };
        }
        catch
        {
            await Task.WhenAll(Started.DisposeAsync(rabbitMq), Started.DisposeAsync(azurite), Started.DisposeAsync(fauxqs));
            authority.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets the broker begin a new write-ahead log for quorum queues, and settle the old one: at 512 MB it does so by itself, in
    /// the middle of whichever race comes then.
    /// </summary>
    public Task RollLogAsync(CancellationToken cancellationToken) => RabbitMq.EvaluateAsync(
        "ra_log_wal:force_roll_over(ra_log_wal), timer:sleep(100), (fun Wait(Left) -> case ets:info(ra_log_closed_mem_tables, size) of "
            + "0 -> ok; _ when Left > 0 -> timer:sleep(100), Wait(Left - 1) end end)(200).",
        cancellationToken);

    /// <summary>Processor time of the emulators of both clouds.</summary>
    public TimeSpan QueueCpu => Azurite.Usage.Cpu + Fauxqs.Usage.Cpu;

    /// <summary>Makes a queue in a cloud.</summary>
    public async Task<BridgeQueue> CreateQueueAsync(string cloud, string name, CancellationToken cancellationToken)
    {
        if (cloud is "azure")
        {
            await Azurite.CreateQueueAsync(name, cancellationToken);
            return BridgeQueue.Of(Azurite, name);
        }

        await Fauxqs.CreateQueueAsync(name, cancellationToken: cancellationToken);
        return BridgeQueue.Of(Fauxqs, name);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await RabbitMq.DisposeAsync();
        await Azurite.DisposeAsync();
        await Fauxqs.DisposeAsync();
        _authority.Dispose();
    }

    private static async Task<Uri> ListenWithTlsAsync(
        RabbitMqServer rabbitMq, CertificateAuthority authority, Uri broker, CancellationToken cancellationToken)
    {
        var port = await rabbitMq.ListenWithTlsAsync(authority.IssueForServer("localhost"), cancellationToken: cancellationToken);
        return new UriBuilder(broker) { Scheme = "amqps", Host = "localhost", Port = port }.Uri;
    }
}
