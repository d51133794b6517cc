using System.Net.Sockets;
using System.Security.Authentication;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Telemetry;
using Telemetry.Governance;

namespace Bridge.RabbitMq.Connections;

/// <summary>Why the broker could not be used.</summary>
/// <param name="Message">One line with the remedy; never a secret.</param>
/// <param name="IsTransient">True when waiting may be enough, such as for a broker that is still starting.</param>
internal sealed record BrokerFault(string Message, bool IsTransient)
{
    /// <summary>True when a limit of connections or channels is reached, which other connections may use up.</summary>
    public bool IsLimit { get; init; }

    /// <summary>Explains a failure of the client library.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="options">Where to, as whom.</param>
    /// <param name="tls">What the connection's TLS saw; null without it.</param>
    public static BrokerFault From(Exception exception, RabbitMqOptions options, BrokerTls? tls = null) =>
        TryExplain(exception, options, tls)
            ?? new BrokerFault($"the broker at {options.DisplayUri} failed: {FailureText.TypesOf(exception)}", IsTransient: true);

    /// <summary>Explains a failure of the client library; null when neither the broker nor the network caused it.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="options">Where to, as whom.</param>
    /// <param name="tls">What the connection's TLS saw; null without it.</param>
    public static BrokerFault? TryExplain(Exception exception, RabbitMqOptions options, BrokerTls? tls = null)
    {
        if (exception is BrokerFaultException known)
            return known.Fault;
        if (tls?.Refusal is { } refusal)
            return TlsFailed(refusal, options);

        // The library wraps the cause several deep; the innermost one that is known tells most.
        return Causes(exception).Reverse()
            .Select(cause => Explain(cause, options, tls))
            .FirstOrDefault(fault => fault is not null);
    }

    /// <summary>Explains the reason that came with the closing of a channel or connection.</summary>
    public static BrokerFault From(ShutdownEventArgs reason, RabbitMqOptions options)
    {
        var text = $"{reason.ReplyCode} {OneLine(reason.ReplyText)}";
        return reason.ReplyCode switch
        {
            403 when text.Contains("login was refused", StringComparison.OrdinalIgnoreCase) => LoginRefused(options),
            403 => new BrokerFault(
                $"{text}: grant the user of {options.DisplayUri} that permission on the named resource", IsTransient: false),
            404 => new BrokerFault($"{text}: create it, or correct its name in the configuration", IsTransient: false),
            406 => new BrokerFault($"{text}: what exists differs from what the bridge needs", IsTransient: false),
            530 when text.Contains("limit", StringComparison.OrdinalIgnoreCase) => new BrokerFault(
                $"{text}: a replica needs {options.Connections + 1} connections (Bridge:RabbitMq:Connections and one to"
                    + " assemble) and a channel for each of them and of Bridge:Assemble:Partitions; raise the limit, or close"
                    + " what else uses it up",
                IsTransient: true)
            {
                IsLimit = true,
            },
            530 => new BrokerFault(
                $"{text}: the virtual host of {options.DisplayUri} is missing, or its user may not use it;"
                    + " correct the path (%2F for /), or grant the user access",
                IsTransient: false),
            _ => new BrokerFault($"the broker at {options.DisplayUri} closed the connection: {text}", IsTransient: true),
        };
    }

    private static BrokerFault? Explain(Exception cause, RabbitMqOptions options, BrokerTls? tls) => cause switch
    {
        OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer } reason } => From(reason, options),
        OperationInterruptedException => new BrokerFault($"the connection to {options.DisplayUri} was closed", IsTransient: true),
        ChannelAllocationException => new BrokerFault(
            $"{options.DisplayUri} allows no further channel on the connection: raise its channel_max", IsTransient: false)
        {
            IsLimit = true,
        },
        AuthenticationFailureException => LoginRefused(options),
        SocketException socket => Explain(socket, options),

        // With TLS 1.3 the broker judges the bridge's certificate after the handshake: it then just closes.
        AuthenticationException or (IOException and not BrokerUnreachableException) when tls?.Demand is { } demand =>
            TlsFailed(demand, options),
        AuthenticationException => TlsFailed(
            $"{FailureText.Redacted(cause).TrimEnd('.')}; check that the port speaks TLS (5671 by custom), of version 1.2 or 1.3",
            options),
        PacketNotRecognizedException or ProtocolVersionMismatchException or HardProtocolException or WireFormattingException =>
            NotAmqp(options),
        // The library says the same of a peer that closes, keeps silent or speaks HTTP. A broker that is starting may do so too.
        IOException and not BrokerUnreachableException => new BrokerFault(
            $"{options.DisplayUri} did not greet as an AMQP 0-9-1 broker: it is still starting, or the port belongs to something"
                + " else, or wants TLS (amqps://, 5671 by custom)",
            IsTransient: true),
        TimeoutException or OperationCanceledException => new BrokerFault(
            $"{options.DisplayUri} gave no AMQP answer in time: the broker may be overloaded, or the port speaks another"
                + " protocol",
            IsTransient: true),
        _ => null,
    };

    private static BrokerFault? Explain(SocketException cause, RabbitMqOptions options) => cause.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData => new BrokerFault(
            $"the host of {options.DisplayUri} is not known: correct it in {RabbitMqOptions.Section}:Uri", IsTransient: false),
        SocketError.ConnectionRefused => new BrokerFault(
            $"{options.DisplayUri} refused the connection: the broker is not up yet, or listens on another port",
            IsTransient: true),
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TryAgain => new(
            $"{options.DisplayUri} could not be reached ({cause.SocketErrorCode}): check route, firewall and name service",
            IsTransient: true),
        _ => null,
    };

    private static BrokerFault TlsFailed(string reason, RabbitMqOptions options) =>
        new($"TLS with {options.DisplayUri} failed: {reason}", IsTransient: false);

    private static BrokerFault LoginRefused(RabbitMqOptions options) => new(
        $"{options.DisplayUri} refused the user or its password (403 ACCESS_REFUSED): correct them in"
            + $" {RabbitMqOptions.Section}:Uri",
        IsTransient: false);

    private static BrokerFault NotAmqp(RabbitMqOptions options) => new(
        $"{options.DisplayUri} does not speak AMQP 0-9-1: correct the port in {RabbitMqOptions.Section}:Uri"
            + " (5672 by custom, 5671 with amqps)",
        IsTransient: false);

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        yield return exception;
        var inner = exception switch
        {
            AggregateException several => several.InnerExceptions,
            { InnerException: { } one } => [one],
            _ => Array.Empty<Exception>() as IReadOnlyList<Exception>,
        };
        foreach (var cause in inner.SelectMany(Causes))
            yield return cause;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

/// <summary>The broker cannot be used, with the reason explained.</summary>
internal sealed class BrokerFaultException(BrokerFault fault, Exception? innerException = null)
    : Exception(fault.Message, innerException)
{
    /// <summary>The explanation.</summary>
    public BrokerFault Fault { get; } = fault;
}
