using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bridge.Publish;
using Local.Components;

namespace Bridge.Tests.Publish;

/// <summary>The stream over a real socket, with a plain peer and with one that speaks TLS.</summary>
public sealed class BrokerStreamTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _patience = new(Patience);
    private readonly CertificateAuthority _authority = new("company CA");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private Tap? _tap;

    public BrokerStreamTests() => _listener.Start();

    public void Dispose()
    {
        _socket.Dispose();
        _listener.Dispose();
        _authority.Dispose();
        _patience.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Writes_of_several_arrive_whole_and_answers_come_back(bool usesTls)
    {
        const int Writers = 8;
        var peer = AcceptAsync(usesTls ? _authority.IssueForServer("localhost") : null);
        await using var stream = await ConnectAsync(usesTls ? TlsFor("localhost", _authority) : null);
        await using var broker = await peer;

        // As the library and writers of frames do: each write of another length, over several records of TLS.
        var written = Enumerable.Range(1, Writers).Select(async writer =>
        {
            var frames = Enumerable.Repeat((byte)writer, writer * 10_000).ToArray();
            for (var count = 0; count < 20; count++)
                await (writer % 2 == 0 ? stream.WriteAsync(frames) : stream.Turns.WriteAsync(frames));
        });
        var all = Task.WhenAll(written);
        var runs = await ReadRunsAsync(broker, 20 * 10_000 * Writers * (Writers + 1) / 2);
        await all;
        Assert.All(runs, run => Assert.Equal(0, run.Length % (run.Writer * 10_000)));

        await broker.WriteAsync("answer"u8.ToArray());
        var answer = new byte[6];
        await stream.ReadExactlyAsync(answer, _patience.Token);
        Assert.Equal("answer"u8.ToArray(), answer);
    }

    [Fact]
    public async Task With_tls_nothing_is_readable_on_the_way()
    {
        var peer = AcceptAsync(_authority.IssueForServer("localhost"));
        await using var stream = await ConnectAsync(TlsFor("localhost", _authority));
        await using var broker = await peer;

        await stream.WriteAsync("telling "u8.ToArray());
        await stream.Turns.WriteAsync("words"u8.ToArray());

        var read = new byte[13];
        await broker.ReadExactlyAsync(read, _patience.Token);
        Assert.Equal("telling words"u8.ToArray(), read);
        var way = Encoding.Latin1.GetString(_tap!.Seen.ToArray());
        Assert.DoesNotContain("telling", way, StringComparison.Ordinal);
        Assert.DoesNotContain("words", way, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_or_host_ends_the_handshake_and_is_told()
    {
        using var stranger = new CertificateAuthority("another CA");
        foreach (var (host, trusted, reason) in new[] { ("localhost", stranger, "is not trusted"), ("127.0.0.1", _authority, "and not for '127.0.0.1'") })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var peer = AcceptAsync(_authority.IssueForServer("localhost"));
            var tls = TlsFor(host, trusted);
            await socket.ConnectAsync(_listener.LocalEndpoint);

            await Assert.ThrowsAsync<AuthenticationException>(() => BrokerStream.OpenAsync(socket, tls, _patience.Token));

            Assert.Contains(reason, tls.Refusal, StringComparison.Ordinal);
            socket.Dispose();
            await AbandonAsync(peer);
        }
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_the_handshake_is_left_when_the_time_is_over()
    {
        var peer = _listener.AcceptSocketAsync(_patience.Token);
        using var time = new CancellationTokenSource();
        var opening = ConnectAsync(TlsFor("localhost", _authority), time.Token);
        using var accepted = await peer;

        await time.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Patience));
    }

    [Fact]
    public async Task Nothing_passes_encryption_and_turns_by()
    {
        var peer = AcceptAsync(certificate: null);
        await using var stream = await ConnectAsync(tls: null);
        await using var broker = await peer;

        Func<object?>[] calls =
        [
            () => Written(() => stream.Write([1])), () => Written(() => stream.Write([1], 0, 1)), () => Written(() => stream.WriteByte(1)),
            () => stream.BeginWrite([1], 0, 1, null, null), () => stream.ReadAtLeast(new byte[1], 1), () => stream.ReadByte(),
            () => stream.BeginRead(new byte[1], 0, 1, null, null),
        ];
        Assert.All(calls, call => Assert.Throws<NotSupportedException>(call));

        static object? Written(Action write)
        {
            write();
            return null;
        }
    }

    private static BrokerTls TlsFor(string host, CertificateAuthority trusted) =>
        new(new RabbitMqOptions { Uri = $"amqps://u:p@{host}/", CaFile = trusted.CertificateFile });

    private async Task<BrokerStream> ConnectAsync(BrokerTls? tls, CancellationToken? cancellationToken = null)
    {
        await _socket.ConnectAsync(_listener.LocalEndpoint);
        return await BrokerStream.OpenAsync(_socket, tls, cancellationToken ?? _patience.Token);
    }

    private async Task<Stream> AcceptAsync(IssuedCertificate? certificate)
    {
        var socket = await _listener.AcceptSocketAsync(_patience.Token);
        _tap = new Tap(socket);
        if (certificate is null)
            return _tap;
        var tls = new SslStream(_tap);
        var own = X509Certificate2.CreateFromPemFile(certificate.CertificateFile, certificate.KeyFile);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = own }, _patience.Token);
        return tls;
    }

    // With TLS 1.3 the peer's own handshake may have ended before ours.
    private static async Task AbandonAsync(Task<Stream> peer)
    {
        await Task.WhenAny(peer);
        if (peer.IsCompletedSuccessfully)
            await (await peer).DisposeAsync();
    }

    // Which writer's bytes follow each other, and how many.
    private async Task<List<(int Writer, int Length)>> ReadRunsAsync(Stream stream, int bytes)
    {
        var read = new byte[bytes];
        await stream.ReadExactlyAsync(read, _patience.Token);
        var runs = new List<(int Writer, int Length)>();
        for (var at = 0; at < bytes;)
        {
            var end = read.AsSpan(at).IndexOfAnyExcept(read[at]);
            var length = end < 0 ? bytes - at : end;
            runs.Add((read[at], length));
            at += length;
        }

        return runs;
    }

    /// <summary>Keeps what came over the wire.</summary>
    private sealed class Tap(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public MemoryStream Seen { get; } = new();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            Seen.Write(buffer.Span[..count]);
            return count;
        }
    }
}
