using System.Collections.Immutable;
using Harness.Components;
using Harness.Faults;
using Integration.Tests.EndToEnd;

namespace Integration.Tests.Security;

[Collection(RoadCollection.Name)]
public sealed class TlsTests(RoadComponents components, ITestOutputHelper output) : IDisposable
{
    private const string Password = "key-pass/word+1";

    private readonly CertificateAuthority _company = new("company CA");
    private readonly CertificateAuthority _stranger = new("another CA");

    public void Dispose()
    {
        _company.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Events_flow_over_tls_to_a_broker_of_the_named_authority_and_any_other_broker_is_refused_in_one_line()
    {
        await using var road = await Road.LayAsync(components, output);
        var port = await components.RabbitMq.ListenWithTlsAsync(_company.IssueForServer("localhost"));
        var expired = await components.RabbitMq.ListenWithTlsAsync(_company.IssueExpired("localhost"));
        var trusting = Trusting(road, "localhost", port, _company);

        var refusals = await Task.WhenAll(
            RefusedAsync(
                Trusting(road, "localhost", port, _stranger), "is not trusted: add that authority to Bridge:RabbitMq:CaFile"),
            RefusedAsync(trusting.Remove("Bridge__RabbitMq__CaFile"), "is not trusted: name the file of the company's authority"),
            RefusedAsync(
                Trusting(road, "127.0.0.1", port, _company), "the certificate is for 'localhost' and not for '127.0.0.1'"),
            RefusedAsync(Trusting(road, "localhost", expired, _company), "is not valid now"));
        Assert.All(refusals, line => Assert.Contains("TLS with amqps://guest:***@", line, StringComparison.Ordinal));

        await AssertEventArrivesAsync(road, trusting);
    }

    [Fact]
    public async Task A_broker_that_demands_a_client_certificate_gets_it_and_refuses_a_bridge_without_or_with_a_strange_one()
    {
        await using var road = await Road.LayAsync(components, output);
        var port = await components.RabbitMq.ListenWithTlsAsync(_company.IssueForServer("localhost"), _company.CertificateFile);
        var none = Trusting(road, "localhost", port, _company);
        var encrypted = _company.IssueForClient("bridge", Password);
        var pem = With(none, _company.IssueForClient("bridge"));
        var pfx = none.SetItem("Bridge__RabbitMq__ClientCertificateFile", encrypted.PfxFile)
            .SetItem("Bridge__RabbitMq__ClientKeyPassword", Password);

        await Task.WhenAll(
            RefusedAsync(none, "ClientCertificateFile"),
            RefusedAsync(With(none, _stranger.IssueForClient("bridge")), "ClientCertificateFile"));
        foreach (var settings in (ImmutableDictionary<string, string>[])[pem, pfx])
        {
            var check = await CheckAsync(settings);
            Assert.True(check.ExitCode == 0, check.Output + check.Errors);
        }

        await AssertEventArrivesAsync(road, With(none, encrypted).SetItem("Bridge__RabbitMq__ClientKeyPassword", Password));
    }

    [Fact]
    public async Task A_broker_that_speaks_no_tls_or_only_an_old_one_is_refused_and_one_of_version_1_2_is_not()
    {
        await using var road = await Road.LayAsync(components, output);
        var certificate = _company.IssueForServer("localhost");
        var old = await components.RabbitMq.ListenWithTlsAsync(certificate, versions: "'tlsv1.1'");
        var mutual = await components.RabbitMq.ListenWithTlsAsync(certificate, _company.CertificateFile, versions: "'tlsv1.2'");

        await Task.WhenAll(
            RefusedAsync(Trusting(road, "localhost", components.RabbitMq.Port, _company), "check that the port speaks TLS"),
            RefusedAsync(Trusting(road, "localhost", old, _company), "of version 1.2 or 1.3"));
        await RefusedAsync(Trusting(road, "localhost", mutual, _company), "ClientCertificateFile");
        var check = await CheckAsync(With(Trusting(road, "localhost", mutual, _company), _company.IssueForClient("bridge")));
        Assert.True(check.ExitCode == 0, check.Output + check.Errors);
    }

    private static ImmutableDictionary<string, string> Trusting(
        Road road, string host, int port, CertificateAuthority authority) =>
        road.Settings
        .SetItem("Bridge__RabbitMq__Uri", $"amqps://guest:guest@{host}:{port}{road.Broker.AbsolutePath}")
        .SetItem("Bridge__RabbitMq__CaFile", authority.CertificateFile);

    private static ImmutableDictionary<string, string> With(
        ImmutableDictionary<string, string> settings, IssuedCertificate certificate) =>
        settings
        .SetItem("Bridge__RabbitMq__ClientCertificateFile", certificate.CertificateFile)
        .SetItem("Bridge__RabbitMq__ClientKeyFile", certificate.KeyFile);

    private static Task<CommandResult> CheckAsync(ImmutableDictionary<string, string> settings) =>
        BridgeProcess.RunBridgeAsync(["check"], environment: settings);

    // The one line that names the failure.
    private async Task<string> RefusedAsync(ImmutableDictionary<string, string> settings, string reason)
    {
        var check = await CheckAsync(settings);
        output.WriteLine(check.Output + check.Errors);
        Assert.Equal(1, check.ExitCode);
        var line = Assert.Single(check.Output.Split('\n'), line => line.StartsWith("FAIL", StringComparison.Ordinal));
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Equal("error: 1 of", string.Join(' ', check.Errors.Split(' ').Take(3)));
        return line;
    }

    private static async Task AssertEventArrivesAsync(Road road, ImmutableDictionary<string, string> settings)
    {
        road.Settings = settings;
        var large = new GeneratedEvents(seed: 11).Dump(200_000);
        road.Ledger.Expect(large, "several chunks");
        const string Small = """{"style":"logs","service":"orders","level":"info","message":"over TLS"}""";
        road.Ledger.Expect(Small);
        await road.Azure.PutAsync(new BatchWriter(road.Azure.Limits).Write(large));
        await road.Azure.PutAsync(Small);
        await road.StartBridgeAsync();
        await road.UntilAllArrivedOnceAsync();
    }
}
