using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bridge.Edge.Configuration;
using Bridge.Edge.Listening;
using Edge.Tests.Support;
using Harness.Components;

namespace Edge.Tests.Intakes;

/// <summary>Lines over TCP, TLS and Unix sockets.</summary>
public sealed class LinesStreamTests
{
    private const string Tcp = "lines+tcp://127.0.0.1:0";

    [Fact]
    public async Task Each_line_is_an_event_and_the_last_one_needs_no_line_feed()
    {
        await using var intake = await RunningIntake.StartAsync(Tcp);

        await intake.SendStreamAsync("{\"a\":1}\r\n\n54 <1 minute\nlast");

        await intake.ArrivedAsync(3);
        Assert.Equal("""{"a":1}""", intake.Collector.Texts[0]);
        Assert.Equal(["54 <1 minute", "last"], intake.Collector.Messages.Skip(1));
    }

    [Fact]
    public async Task A_long_line_stays_one_message_that_is_cut()
    {
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = Tcp, MaxBytes = 1_000 });

        await intake.SendStreamAsync(new string('x', 300_000) + "\nnext\n");

        await intake.ArrivedAsync(2);
        Assert.Equal([new string('x', 1_000), "next"], intake.Collector.Messages);
        Assert.Equal(300_000, intake.Collector.Events[0].GetProperty("attributes").GetProperty("truncated").GetInt64());
    }

    [Fact]
    public async Task While_the_spool_is_full_the_sender_waits_and_nothing_is_lost()
    {
        await using var intake = await RunningIntake.StartAsync(Tcp);
        intake.Collector.IsFull = true;
        var line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        using var client = new TcpClient(AddressFamily.InterNetwork) { SendBufferSize = 64 * 1024 };
        await client.ConnectAsync(intake.Address);
        var written = 0;
        var sending = Task.Run(async () =>
        {
            for (; written < 20_000; written++)
                await client.GetStream().WriteAsync(line);
            client.Close();
        });

        var before = -1;
        await Eventually.TrueAsync(async () =>
        {
            var isStill = written == before && written > 0;
            before = written;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            return isStill;
        });
        Assert.InRange(written, 1, 19_999);
        intake.Collector.IsFull = false;

        await sending;
        await intake.ArrivedAsync(20_000);
        Assert.Equal(20_000, intake.Collector.Count);
    }

    [Fact]
    public async Task A_stop_takes_what_was_read_and_ends_the_connections()
    {
        await using var intake = await RunningIntake.StartAsync(Tcp);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(intake.Address);
        await client.GetStream().WriteAsync("one\ntwo\nbegun"u8.ToArray());
        await intake.ArrivedAsync(2);

        await intake.StopAsync().WaitAsync(Eventually.Patience);

        Assert.Equal(["one", "two"], intake.Collector.Messages);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            if (await client.GetStream().ReadAsync(new byte[1]) == 0)
                throw new IOException("closed");
        });
    }

    [Fact]
    public async Task A_flood_over_many_connections_arrives_in_order_on_each()
    {
        await using var intake = await RunningIntake.StartAsync(Tcp);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(connection => intake.SendStreamAsync(
            string.Concat(Enumerable.Range(0, 5_000).Select(line => $"{connection} {line:D5} {new string('x', 100)}\n")))));

        await intake.ArrivedAsync(40_000);
        Assert.Equal(40_000, intake.Metric("bridge.intake.messages"));
        foreach (var lines in intake.Collector.Messages.GroupBy(message => message![0]))
            Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_of_an_address_are_refused_and_counted()
    {
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = Tcp, MaxConnectionsPerAddress = 2 });
        using var first = await ConnectAsync(intake);
        using var second = await ConnectAsync(intake);
        await Eventually.TrueAsync(() => ((StreamListener)intake.Listener).Connections == 2);

        await ConnectToRefusalAsync(intake);

        await Eventually.TrueAsync(() => intake.Metric("denied") == 1);
        first.Dispose();
        await Eventually.TrueAsync(() => ((StreamListener)intake.Listener).Connections == 1);
        await intake.SendStreamAsync("one\n");
        await intake.ArrivedAsync(1);
    }

    [Fact]
    public async Task A_network_that_is_not_allowed_is_sent_away()
    {
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = Tcp, Allow = "10.0.0.0/8" });

        await ConnectToRefusalAsync(intake);

        await Eventually.TrueAsync(() => intake.Metric("denied") == 1);
        Assert.Equal(0, intake.Collector.Count);
    }

    [Fact]
    public async Task An_idle_connection_is_closed_where_the_options_say_so()
    {
        var options = new IntakeOptions { Url = Tcp, IdleTimeout = TimeSpan.FromMilliseconds(200) };
        await using var intake = await RunningIntake.StartAsync(options);
        using var client = await ConnectAsync(intake);
        await client.GetStream().WriteAsync("begun"u8.ToArray());

        await Eventually.TrueAsync(() => ((StreamListener)intake.Listener).Connections == 0);

        await intake.ArrivedAsync(1);
        Assert.Equal(["begun"], intake.Collector.Messages);
    }

    [Fact]
    public async Task A_Unix_stream_works_like_any_other()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lines-{Guid.NewGuid():N}");
        await using var intake = await RunningIntake.StartAsync($"lines+unix://{path}");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await socket.SendAsync("one\ntwo\n"u8.ToArray());
        }

        await intake.ArrivedAsync(2);
        Assert.Equal(["one", "two"], intake.Collector.Messages);
    }

    [Fact]
    public async Task TLS_takes_the_clients_that_the_options_name_and_no_others()
    {
        using var authority = new CertificateAuthority("intake");
        var server = authority.IssueForServer("localhost", "127.0.0.1");
        var named = authority.IssueForNamedClient("app-1.internal");
        var other = authority.IssueForNamedClient("app-2.internal");
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions
        {
            Url = "lines+tls://127.0.0.1:0",
            CertificateFile = server.CertificateFile,
            KeyFile = server.KeyFile,
            ClientCaFile = authority.CertificateFile,
            ClientNames = "app-1.internal",
        });

        await SendTlsAsync(intake, authority, named, "one\n");
        await intake.ArrivedAsync(1);
        await SendTlsAsync(intake, authority, other, "two\n");
        await SendTlsAsync(intake, authority, null, "three\n");
        await SendTlsAsync(intake, authority, named, "four\n");

        await intake.ArrivedAsync(2);
        Assert.Equal(["one", "four"], intake.Collector.Messages);
    }

    [Fact]
    public async Task Handshakes_that_never_end_do_not_keep_others_out_and_are_ended()
    {
        using var authority = new CertificateAuthority("intake");
        var server = authority.IssueForServer("localhost", "127.0.0.1");
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions
        {
            Url = "lines+tls://127.0.0.1:0",
            CertificateFile = server.CertificateFile,
            KeyFile = server.KeyFile,
        });
        var slow = new List<TcpClient>();
        for (var i = 0; i < 50; i++)
            slow.Add(await ConnectAsync(intake));

        await SendTlsAsync(intake, authority, null, "one\n");

        await intake.ArrivedAsync(1);
        await Eventually.TrueAsync(() => ((StreamListener)intake.Listener).Connections == 0);
        slow.ForEach(client => client.Dispose());
    }

    private static async Task<TcpClient> ConnectAsync(RunningIntake intake)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(intake.Address);
        return client;
    }

    // The connection may be refused before the client knows that it was made.
    private static async Task ConnectToRefusalAsync(RunningIntake intake)
    {
        try
        {
            using var client = await ConnectAsync(intake);
            await client.GetStream().ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Eventually.Patience);
            Assert.Fail("somebody answered");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // Sent away.
        }
    }

    private static async Task SendTlsAsync(
        RunningIntake intake, CertificateAuthority authority, IssuedCertificate? certificate, string text)
    {
        using var client = await ConnectAsync(intake);
        await using var tls = new SslStream(client.GetStream());
        using var own = certificate is null ? null : X509CertificateLoader.LoadPkcs12FromFile(certificate.PfxFile, null);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile) },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
                ClientCertificates = own is null ? null : [own],
            });
            await tls.WriteAsync(Encoding.UTF8.GetBytes(text));
            await tls.ShutdownAsync();
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused.
        }
    }
}
