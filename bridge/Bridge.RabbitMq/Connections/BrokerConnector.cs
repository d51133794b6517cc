using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Connections;

/// <summary>
/// Opens connections over TCP, with TLS where the options ask for it. All addresses of all hosts are tried in turn, starting with
/// the one that worked last.
/// </summary>
/// <param name="options">Where to, as whom; valid.</param>
/// <param name="clock">Bounds the closing of a connection.</param>
/// <param name="resolve">Finds the addresses of a host name; null for the machine's name service.</param>
internal sealed class BrokerConnector(
    RabbitMqOptions options,
    TimeProvider clock,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : IBrokerConnector
{
    // A frame is read into memory as a whole. A broker may set no limit of its own (frame_max = 0): then this is the limit.
    private const uint LargestFrame = 128 * 1024;

    // How long one step may take: connecting, TLS, logging in, a question on a channel.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    // An address that drops packets must not use up the time for the others.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private volatile IPEndPoint? _lastGood;

    /// <inheritdoc/>
    public RabbitMqOptions Options => options;

    /// <inheritdoc/>
    public async Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var (targets, unknown) = await FindTargetsAsync(cancellationToken);
        var failures = new List<BrokerFaultException>();
        foreach (var target in targets.OrderByDescending(target => target.Address.Equals(_lastGood)))
        {
            try
            {
                var connectTimeout = targets.Count > 1 ? ConnectTimeout : AnswerTimeout;
                var connection = await OpenAsync(target, connectTimeout, name, cancellationToken);
                _lastGood = target.Address;
                return connection;
            }
            catch (BrokerFaultException exception)
            {
                failures.Add(exception);
            }
        }

        throw Decisive(failures.Count > 0 ? failures : unknown);
    }

    /// <summary>The client library's settings that follow from <see cref="Options"/>.</summary>
    public ConnectionFactory CreateFactory() => new()
    {
        Uri = new Uri(options.Uri),

        // The library's recovery forgets which messages awaited a confirm. The owner of a connection replaces it as a whole.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        HandshakeContinuationTimeout = AnswerTimeout,
        ContinuationTimeout = AnswerTimeout,
        RequestedHeartbeat = TimeSpan.FromSeconds(20),
        RequestedFrameMax = LargestFrame,
    };

    private async Task<(List<Target> Targets, List<BrokerFaultException> Unknown)> FindTargetsAsync(
        CancellationToken cancellationToken)
    {
        var targets = new List<Target>();
        var unknown = new List<BrokerFaultException>();
        foreach (var host in options.EachHost())
        {
            var uri = new Uri(host.Uri);
            try
            {
                foreach (var address in await _resolve(uri.IdnHost, cancellationToken))
                    targets.Add(new Target(host, new IPEndPoint(address, new AmqpTcpEndpoint(uri).Port)));
            }
            catch (SocketException exception)
            {
                unknown.Add(new BrokerFaultException(BrokerFault.From(exception, host), exception));
            }
        }

        return (targets, unknown);
    }

    private async Task<BrokerConnection> OpenAsync(
        Target target, TimeSpan connectTimeout, string name, CancellationToken cancellationToken)
    {
        BrokerSocket? socket = null;
        BrokerTls? tls = null;
        try
        {
            tls = target.Host.UsesTls ? new BrokerTls(target.Host) : null;
            var factory = CreateFactory();
            factory.RequestedConnectionTimeout = connectTimeout;
            factory.SocketFactory = family => socket = new BrokerSocket(family);
            var endpoint = new AmqpTcpEndpoint($"{target.Address.Address}", target.Address.Port, tls?.Option ?? new SslOption())
            {
                AddressFamily = target.Address.AddressFamily,
            };

            // The library sets no limit of its own to the handshake of TLS.
            using var time = new CancellationTokenSource(connectTimeout + AnswerTimeout, clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
            var connection = await factory.CreateConnectionAsync([endpoint], name, both.Token);

            // The library does not await the answer to connection.open, so a missing virtual host shows only now.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: both.Token);
            await channel.CloseAsync(both.Token);
            return new BrokerConnection(connection, new Carrier(socket!, tls), clock);
        }
        catch (Exception exception)
        {
            // The explanation needs the authorities of the files and what the handshake saw.
            var fault = BrokerFault.From(socket?.Failure ?? exception, target.Host, tls);
            socket?.Dispose();
            tls?.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(fault, exception);
        }
    }

    // A failure that only people can repair, such as a wrong password, says more than one that a node is down.
    private static BrokerFaultException Decisive(List<BrokerFaultException> failures) =>
        failures.Find(failure => !failure.Fault.IsTransient) ?? failures[0];

    /// <summary>An address to try.</summary>
    /// <param name="Host">The options with its host.</param>
    /// <param name="Address">Address and port.</param>
    private sealed record Target(RabbitMqOptions Host, IPEndPoint Address);

    /// <summary>What a connection runs over. Each connection has read its own certificates and releases them.</summary>
    private sealed class Carrier(BrokerSocket socket, BrokerTls? tls) : IDisposable
    {
        public void Dispose()
        {
            socket.Dispose();
            tls?.Dispose();
        }
    }
}
