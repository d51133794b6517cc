using System.Net;
using System.Net.Sockets;

namespace Bridge.Commands;

/// <summary>Finds settings that are valid and still unwise together. Each becomes a warning: the bridge would run.</summary>
/// <param name="options">The configuration, valid.</param>
/// <param name="memory">Bytes that the process may use: the container's limit, or the machine's memory.</param>
internal sealed class ConfigurationAdvice(BridgeOptions options, long memory)
{
    // What the bridge takes without any event, and what the collector leaves lying about (docs/operations.md, sizing).
    private const long Base = 128L * 1024 * 1024;
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3);

    /// <summary>Everything found, one line each with the remedy.</summary>
    public async Task<IReadOnlyList<CheckResult>> FindAsync(CancellationToken cancellationToken) =>
    [
        .. Keys().Concat(Times()).Concat(Memory()).Concat(Transport()).Concat(await CollectorAsync(cancellationToken))
            .Select(warning => new CheckResult("configuration") { Warning = warning }),
    ];

    private IEnumerable<string> Keys() => options.Keys
        .GroupBy(key => key.Value, StringComparer.Ordinal)
        .Where(same => same.Count() > 1)
        .Select(same => $"Bridge:Keys:{string.Join(" and Bridge:Keys:", same.Select(key => key.Key).Order(StringComparer.Ordinal))} are the same key:"
            + " a rotation needs a new one of 32 random bytes");

    private IEnumerable<string> Times()
    {
        if (options.Assemble.Timeout < 2 * options.Receive.Lease)
        {
            yield return $"Bridge:Assemble:Timeout is {options.Assemble.Timeout} and Bridge:Receive:Lease {options.Receive.Lease}: chunks of a replica that"
                + " died come back too late for their batch; make the time-out at least twice the lease";
        }
    }

    private IEnumerable<string> Memory()
    {
        var needed = Base + options.Receive.MaxBytes + options.Receive.MaxOpenedBytes + options.Assemble.MaxBytes
            + (options.RabbitMq.Connections * options.RabbitMq.MaxOutstandingBytes);
        if (needed > memory)
        {
            yield return $"the process may use {MiB(memory)} MiB and these settings need up to {MiB(needed)}: raise the container's limit, or lower"
                + " Bridge:Receive:MaxBytes, MaxOpenedBytes or Bridge:Assemble:MaxBytes";
        }
    }

    private IEnumerable<string> Transport()
    {
        if (!options.RabbitMq.UsesTls && options.RabbitMq.EachHost().Any(host => !new Uri(host.Uri).IsLoopback))
            yield return $"{options.RabbitMq.DisplayUri} sends user, password and events unencrypted to another machine: use amqps://, port 5671 by custom";
        foreach (var queue in options.Endpoints().Where(queue => queue.Url.Scheme == Uri.UriSchemeHttp && !queue.Url.IsLoopback))
            yield return $"{queue} is asked without TLS: use https://";
        foreach (var queue in options.Endpoints().Where(queue => queue.Name.EndsWith(".fifo", StringComparison.Ordinal)))
            yield return $"{queue} is a FIFO queue, which senders here do not write to and which is slower: use a standard queue";
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
                .AsTask().WaitAsync(ConnectPatience, TimeProvider.System, cancellationToken);
            return [];
        }
        catch (Exception exception) when (exception is SocketException or TimeoutException)
        {
            return [$"the collector at {endpoint.Host}:{endpoint.Port} cannot be reached: correct Bridge:Otlp:Endpoint, or start it; the bridge works without"];
        }
    }

    private static long MiB(long bytes) => bytes / (1024 * 1024);
}
