using System.Net;
using Bridge.Edge.Configuration;
using Bridge.Edge.Intakes;

namespace Edge.Tests.Intakes;

/// <summary>What an intake's settings say, and what is wrong with them.</summary>
public sealed class IntakeOptionsTests
{
    [Fact]
    public void Defaults()
    {
        var options = new IntakeOptions();

        Assert.Equal(
            (StreamFraming.Auto, 1_048_576, TimeSpan.FromMilliseconds(50)), (options.Framing, options.MaxBytes, options.Linger));
        Assert.Equal((2_000, 1_000), (options.MaxConnections, options.MaxConnectionsPerAddress));
        Assert.Equal((false, TimeSpan.Zero), (options.Open, options.IdleTimeout));
        Assert.Equal((RawRetention.Unparsed, Acknowledgement.Spooled), (options.KeepRaw, options.Acknowledge));
    }

    [Theory]
    [InlineData("lines+udp://127.0.0.1:9201")]
    [InlineData("lines+udp://localhost:9201/")]
    [InlineData("lines+tcp://[::1]:9201")]
    [InlineData("lines+unix:///run/lines")]
    [InlineData("lines+unixgram:///run/lines")]
    [InlineData("syslog+udp://127.0.0.1:5514")]
    [InlineData("syslog+tcp://127.0.0.1:5514")]
    [InlineData("syslog+unixgram:///dev/log")]
    [InlineData("relp+tcp://127.0.0.1:5514")]
    [InlineData("pickle+tcp://127.0.0.1:5514")]
    [InlineData("pickle+udp://127.0.0.1:5514")]
    [InlineData("gelf+udp://127.0.0.1:12201")]
    [InlineData("gelf+tcp://127.0.0.1:12201")]
    public void URLs_that_are_valid(string url) => Assert.Empty(new IntakeOptions { Url = url }.Validate("Bridge:Intakes:0"));

    [Theory]
    [InlineData(null, "Url is missing: give one such as lines+udp://127.0.0.1:9201")]
    [InlineData("udp://127.0.0.1:9201", "Url is 'udp://127.0.0.1:9201', of no known scheme: give one of lines+udp, lines+tcp, ")]
    [InlineData("lines+udp:127.0.0.1:9201", "of no known scheme")]
    [InlineData("lines+udp://127.0.0.1", "give an address and a port")]
    [InlineData("lines+udp://127.0.0.1:99999", "give an address and a port")]
    [InlineData("lines+udp://example.com:9201", "give an address and a port")]
    [InlineData("lines+udp://127.0.0.1:9201/x", "give an address and a port")]
    [InlineData("lines+unix://run/lines", "give three slashes")]
    [InlineData("lines+udp://0.0.0.0:9201", "which other machines reach, and anybody may send: name the senders' networks in Allow,")]
    [InlineData("lines+udp://[::]:9201", "which other machines reach")]
    [InlineData("lines+tls://127.0.0.1:9201", "CertificateFile is missing: name the PEM file")]
    public void URLs_that_are_not(string? url, string error) =>
        Assert.Contains(
            error, Assert.Single(new IntakeOptions { Url = url }.Validate("Bridge:Intakes:0")), StringComparison.Ordinal);

    [Fact]
    public void Every_other_error_is_one_line_with_place_and_remedy()
    {
        const string url = "syslog+tcp://127.0.0.1:1";
        (IntakeOptions Options, string Error)[] cases =
        [
            (new() { Url = url, Allow = "10.0.0.0/8, example.com" }, "Allow names 'example.com': give networks or addresses"),
            (new() { Url = url, MaxBytes = 1 }, "MaxBytes is 1: give 480 to 16777216"),
            (new() { Url = url, Linger = TimeSpan.FromHours(1) }, "Linger is 01:00:00: give 00:00:00 to 00:01:00"),
            (new() { Url = url, MaxConnections = 0 }, "MaxConnections is 0: give at least 1"),
            (new() { Url = url, MaxConnectionsPerAddress = 0 }, "MaxConnectionsPerAddress is 0: give at least 1"),
            (new() { Url = url, IdleTimeout = TimeSpan.FromSeconds(-1) }, "IdleTimeout is -00:00:01: give"),
            (new() { Url = url, TimeZone = "Mars/Olympus" }, "TimeZone is 'Mars/Olympus', which this machine does not know"),
            (new() { Url = url, TimeZones = new Dictionary<string, string> { ["x"] = "UTC" } }, "TimeZones names 'x': give a network"),
            (new() { Url = url, Acknowledge = Acknowledgement.Published }, "Acknowledge is Published"),
            (new() { Url = url, CertificateFile = "/x" }, $"Url is '{url}', which takes no certificate"),
            (new() { Url = "relp+tcp://127.0.0.1:1", Framing = StreamFraming.Lf }, "Framing is Lf, but 'relp+tcp://127.0.0.1:1' has a framing"),
            (new() { Url = "lines+tls://127.0.0.1:1", CertificateFile = "/no/such/file" }, "CertificateFile is '/no/such/file' and cannot be used (no such file)"),
        ];
        Assert.All(cases, one => Assert.Contains(
            $"Bridge:Intakes:3:{one.Error}",
            Assert.Single(one.Options.Validate("Bridge:Intakes:3")),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Who_may_send_lets_an_intake_listen_on_the_network()
    {
        Assert.Empty(new IntakeOptions { Url = "lines+udp://0.0.0.0:1", Open = true }.Validate("x"));
        Assert.Empty(new IntakeOptions { Url = "lines+udp://0.0.0.0:1", Allow = "10.0.0.0/8" }.Validate("x"));
    }

    [Fact]
    public void An_intake_that_is_named_twice_is_told_once()
    {
        var intake = new IntakeOptions { Url = "lines+udp://127.0.0.1:1" };

        Assert.Equal(
            ["Bridge:Intakes names lines+udp://127.0.0.1:1 2 times: once is enough"],
            IntakeOptions.ValidateAll([intake, intake]));
        var missing = Assert.Single(IntakeOptions.ValidateAll([intake, new()]));
        Assert.StartsWith("Bridge:Intakes:1:Url is missing", missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.1.2.3/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.1.1", true)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("192.168.1.7", "192.168.1.7", true)]
    [InlineData("192.168.1.7", "192.168.1.8", false)]
    [InlineData("0.0.0.0/0", "8.8.8.8", true)]
    public void Networks(string networks, string address, bool isIn) =>
        Assert.Equal(isIn, NetworkList.Parse(networks).Contains(IPAddress.Parse(address)));
}
