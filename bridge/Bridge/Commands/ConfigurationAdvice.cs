using System.Net;
using System.Net.Sockets;

namespace Bridge.Commands;

/// <summary>Finds settings that are valid but unwise together. Each is a warning, since the bridge can run with them.</summary>
/// <param name="options">The valid configuration.</param>
/// <param name="memory">Bytes that the process may use: the container's limit, or the machine's memory.</param>
internal sealed class ConfigurationAdvice(BridgeOptions options, long memory)
{
    // Memory of an idle bridge, and memory that the garbage collector has not yet freed (docs/operations.md, sizing).
    private const long Base = 128L * 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Returns a warning for each finding, with the remedy.</summary>
    public async Task<IReadOnlyList<CheckResult>> FindAsync(CancellationToken cancellationToken) =>
    [
        .. Keys().Concat(Times()).Concat(Memory()).Concat(Transport()).Concat(await CollectorAsync(cancellationToken))
            .Select(warning => new CheckResult("configuration") { Warning = warning }),
    ];

    private IEnumerable<string> Keys() => options.Keys
        .GroupBy(key => key.Value, StringComparer.Ordinal)
        .Where(same => same.Count() > 1)
        .Select(same => same.Select(key => $"Bridge:Keys:{key.Key}").Order(StringComparer.Ordinal))
        .Select(names => $"{string.Join(" and ", names)} are the same key: a rotation needs a new one of 32 random bytes");

    private IEnumerable<string> Times()
    {
        if (options.Assemble.Timeout < 2 * options.Receive.Lease)
        {
            yield return $"Bridge:Assemble:Timeout is {options.Assemble.Timeout} and Bridge:Receive:Lease"
                + $" {options.Receive.Lease}: chunks of a replica that died come back too late for their batch; make the"
                + " time-out at least twice the lease";
        }
    }

    private IEnumerable<string> Memory()
    {
        var needed = Base + options.Receive.MaxBytes + options.Receive.MaxOpenedBytes + options.Assemble.MaxBytes
            + (options.RabbitMq.Connections * options.RabbitMq.MaxOutstandingBytes);
        if (needed > memory)
        {
            yield return $"the process may use {MiB(memory)} MiB and these settings need up to {MiB(needed)}: raise the"
                + " container's limit, or lower Bridge:Receive:MaxBytes, MaxOpenedBytes or Bridge:Assemble:MaxBytes";
        }
    }

    private IEnumerable<string> Transport()
    {
        if (!options.RabbitMq.UsesTls && options.RabbitMq.EachHost().Any(host => !new Uri(host.Uri).IsLoopback))
        {
            yield return $"{options.RabbitMq.DisplayUri} sends user, password and events unencrypted to another machine: use"
                + " amqps://, usually on port 5671";
        }

        foreach (var queue in options.Endpoints().Where(queue => queue.Url.Scheme == Uri.UriSchemeHttp && !queue.Url.IsLoopback))
            yield return $"{queue} is asked without TLS: use https://";
        foreach (var queue in options.Endpoints().Where(queue => queue.Name.EndsWith(".fifo", StringComparison.Ordinal)))
        {
            yield return $"{queue} is a FIFO queue, which is slower and which this project's senders do not support: use a"
                + " standard queue";
        }
    }

    private async Task<IEnumerable<string>> CollectorAsync(CancellationToken cancellationToken)
    {
        if (!options.Otlp.IsOn)
            return [];
        var endpoint = new Uri(options.Otlp.Endpoint!);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new DnsEndPoint(endpoint.IdnHost, endpoint.Port), cancellationToken)
                .AsTask().WaitAsync(ConnectTimeout, TimeProvider.System, cancellationToken);
            return [];
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            return
            [
                $"the collector at {endpoint.Host}:{endpoint.Port} cannot be reached: correct Bridge:Otlp:Endpoint, or start the"
                    + " collector; the bridge works without it",
            ];
        }
    }

    private static long MiB(long bytes) => bytes / (1024 * 1024);
}
