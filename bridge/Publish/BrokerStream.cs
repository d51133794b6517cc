using System.Net.Security;
using System.Net.Sockets;

namespace Bridge.Publish;

/// <summary>
/// A connection's stream, with TLS inside where the broker's address asks for it: the client library reads and writes it as if it were plain,
/// and what publishes beside the library shares its encryption and its <see cref="Turns"/>.
/// </summary>
internal sealed class BrokerStream : NetworkStream
{
    private readonly SslStream? _tls;

    private BrokerStream(Socket socket, SslStream? tls)
        : base(socket, ownsSocket: false)
    {
        _tls = tls;
        Turns = new WriteTurns((Stream?)tls ?? new NetworkStream(socket, ownsSocket: false));
    }

    /// <summary>Through which everything is written.</summary>
    public WriteTurns Turns { get; }

    /// <summary>Opens it over a socket, after the handshake of TLS.</summary>
    /// <param name="socket">Connected; not owned by the stream.</param>
    /// <param name="tls">Whom to trust and what to show; null for none.</param>
    /// <param name="cancellationToken">Ends the handshake.</param>
    /// <exception cref="System.Security.Authentication.AuthenticationException">One side refuses the other.</exception>
    /// <exception cref="IOException">The broker closed the connection meanwhile.</exception>
    public static async Task<BrokerStream> OpenAsync(Socket socket, BrokerTls? tls, CancellationToken cancellationToken)
    {
        if (tls is null)
            return new BrokerStream(socket, tls: null);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            await stream.AuthenticateAsClientAsync(tls.Authentication, cancellationToken);
            return new BrokerStream(socket, stream);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _tls?.ReadAsync(buffer, cancellationToken) ?? base.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Turns.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported, as all calls that block: they would pass TLS and the turns by.</summary>
    public override int Read(Span<byte> buffer) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int ReadByte() => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override void Write(ReadOnlySpan<byte> buffer) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override void Write(byte[] buffer, int offset, int count) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override void WriteByte(byte value) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) => throw Blocking();

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) => throw Blocking();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tls?.Dispose();
        base.Dispose(disposing);
    }

    private static NotSupportedException Blocking() => new("read and write asynchronously");
}
