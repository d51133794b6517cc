using Local.Components;
using Local.Demo;
using RabbitMQ.Client;

namespace Local.Bench;

/// <summary>What all runs share: a broker with one virtual host, and both clouds' emulators.</summary>
internal sealed class BenchComponents : IAsyncDisposable
{
    private readonly CertificateAuthority _authority = new("bench");

    private BenchComponents(RabbitMqServer rabbitMq, AzuriteServer azurite, FauxqsServer fauxqs, Uri broker, IConnection connection) =>
        (RabbitMq, Azurite, Fauxqs, Broker, SecureBroker, Connection) = (rabbitMq, azurite, fauxqs, broker, broker, connection);

    public RabbitMqServer RabbitMq { get; }

    public AzuriteServer Azurite { get; }

    public FauxqsServer Fauxqs { get; }

    /// <summary>The virtual host's address.</summary>
    public Uri Broker { get; }

    /// <summary>Its address with TLS.</summary>
    public Uri SecureBroker { get; private set; }

    /// <summary>PEM file of the authority that the broker's certificate comes from.</summary>
    public string AuthorityFile => _authority.CertificateFile;

    /// <summary>This process's own connection to it.</summary>
    public IConnection Connection { get; }

    /// <summary>Starts them and makes the company's exchange.</summary>
    public static async Task<BenchComponents> StartAsync(CancellationToken cancellationToken)
    {
        var azurite = AzuriteServer.StartAsync(cancellationToken: cancellationToken);
        var fauxqs = FauxqsServer.StartAsync(cancellationToken: cancellationToken);
        var rabbitMq = RabbitMqServer.StartAsync(cancellationToken);
        try
        {
            await Task.WhenAll(azurite, fauxqs, rabbitMq);
            // Nobody consumes what arrives: at the one gigabyte of other runs the broker would block publishers in the middle of a race.
            await rabbitMq.Result.ControlAsync(["set_vm_memory_high_watermark", "absolute", "8GB"], cancellationToken);
            var broker = await rabbitMq.Result.CreateVirtualHostAsync("bench", cancellationToken);
            var connection = await new ConnectionFactory { Uri = broker, ClientProvidedName = "bench" }.CreateConnectionAsync(cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.ExchangeDeclareAsync(ExchangeTap.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
            var components = new BenchComponents(rabbitMq.Result, azurite.Result, fauxqs.Result, broker, connection);
            await components.ListenWithTlsAsync(cancellationToken);
            return components;
        }
        catch
        {
            await Task.WhenAll(Started.DisposeAsync(rabbitMq), Started.DisposeAsync(azurite), Started.DisposeAsync(fauxqs));
            throw;
        }
    }

    /// <summary>
    /// Lets the broker begin a new write-ahead log for quorum queues, and settle the old one: at 512 MB it does so by itself, in the middle of
    /// whichever race comes then.
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

    private async Task ListenWithTlsAsync(CancellationToken cancellationToken)
    {
        var port = await RabbitMq.ListenWithTlsAsync(_authority.IssueForServer("localhost"), cancellationToken: cancellationToken);
        SecureBroker = new UriBuilder(Broker) { Scheme = "amqps", Host = "localhost", Port = port }.Uri;
    }
}
