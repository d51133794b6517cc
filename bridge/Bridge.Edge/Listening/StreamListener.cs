using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Edge.Listening;

/// <summary>
/// Accepts connections over TCP, TLS or a Unix socket, on a Kestrel of its own: the status page answers whatever happens here.
/// </summary>
internal sealed class StreamListener : IIntakeListener, IDisposable
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // What the kernel and the sender do not know yet that they have to wait for, on each connection.
    private const long MostUnread = 64 * 1024;

    private readonly IntakeOptions _options;
    private readonly IntakeEndpoint _endpoint;
    private readonly IConnectionHandler _handler;
    private readonly ConnectionGate _gate;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _server;
    private ListenOptions? _listen;

    public StreamListener(IntakeOptions options, IConnectionHandler handler, IntakeCounters counters, ILoggerFactory logs)
    {
        (_options, _handler, _logs) = (options, handler, logs);
        _endpoint = options.Endpoint;
        _gate = new ConnectionGate(options, counters);
        _log = logs.CreateLogger<StreamListener>();
    }

    public string Place { get; private set; } = "";

    /// <summary>Connections that are open.</summary>
    public int Connections => _gate.Connections;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_endpoint.Path is { } path)
            UnixSocketFile.Prepare(path, SocketType.Stream);
        var server = Build();
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await server.DisposeAsync();
            throw new IntakeListenException(ListenProblem.Of(_endpoint, ErrorOf(exception)));
        }

        _server = server;
        Place = _endpoint.Path ?? $"{_listen!.EndPoint}";
        if (_endpoint.Path is { } bound)
            UnixSocketFile.Protect(bound);
        IntakeLog.Started(_log, _endpoint, Place);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not { } server)
            return;
        await _stop.CancelAsync();
        await server.StopAsync(cancellationToken);
        await server.DisposeAsync();
        _server = null;
    }

    public void Dispose() => _stop.Dispose();

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(_logs);
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = MostUnread;
            sockets.CreateBoundListenSocket = Bind;
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(Listen);
        return builder.Build();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        if (_endpoint.Path is { } path)
            kestrel.ListenUnixSocket(path, Configure);
        else
            kestrel.Listen(_endpoint.Address!, Configure);
    }

    // Who may not come in is sent away before the handshake.
    private void Configure(ListenOptions listen)
    {
        _listen = listen;
        listen.Use(next => connection => _gate.RunAsync(connection, next));
        if (_endpoint.Transport is IntakeTransport.Tls)
            listen.UseHttps(Secure);
        listen.Run(HandleAsync);
    }

    private void Secure(HttpsConnectionAdapterOptions https)
    {
        https.HandshakeTimeout = HandshakeTimeout;
        https.ServerCertificate = CertificateFiles.ReadServer(_options);
        https.ServerCertificateChain = CertificateFiles.ReadChain(_options);
        if (_options.ClientCaFile is not { } file)
            return;
        var clients = new ClientCertificates(CertificateFiles.ReadAuthorities(file), _options.ClientNames);
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (certificate, _, _) => clients.Accepts(certificate);
    }

    // A peer that vanished without a word is noticed within hours, and its place is free again.
    private static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint)
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return socket;
    }

    private static SocketError ErrorOf(Exception exception) => exception switch
    {
        SocketException socket => socket.SocketErrorCode,
        { InnerException: { } inner } => ErrorOf(inner),
        _ => SocketError.AddressAlreadyInUse,
    };

    private Task HandleAsync(ConnectionContext connection)
    {
        var peer = (Peer)connection.Items[typeof(Peer)]!;
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is X509Certificate2 certificate)
            peer = peer with { CertificateSubject = certificate.Subject };
        return _handler.RunAsync(connection, peer, _stop.Token);
    }
}
