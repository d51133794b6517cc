using System.Net.Security;
using Bridge.RabbitMq.Connections;

namespace Bridge.Tests.Publish;

public sealed class RabbitMqOptionsTests
{
    [Fact]
    public void The_defaults_are_those_that_are_documented()
    {
        var options = new RabbitMqOptions();

        Assert.Empty(options.Validate());
        Assert.Equal("amqp://guest:guest@127.0.0.1:5672/", options.Uri);
        Assert.Equal("telemetry", options.Exchange);
        Assert.Equal("{style}.{service}.{level}", options.RoutingKey);
        Assert.Equal((4, 2_000, 2_097_152L), (options.Connections, options.MaxOutstanding, options.MaxOutstandingBytes));
        Assert.Equal(TimeSpan.FromSeconds(30), options.ConfirmTimeout);
        Assert.Equal((WhenRejected.Wait, TimeSpan.FromMinutes(10)), (options.WhenRejected, options.DeadLetterAfter));
    }

    [Fact]
    public void Every_error_is_told_at_once_with_its_key_and_value()
    {
        var errors = new RabbitMqOptions
        {
            Uri = "http://user:secret@host/",
            Exchange = "",
            RoutingKey = " ",
            Connections = 17,
            MaxOutstanding = 0,
            MaxOutstandingBytes = 1_000,
            ConfirmTimeout = TimeSpan.FromMilliseconds(10),
            WhenRejected = (WhenRejected)7,
            DeadLetterAfter = TimeSpan.FromDays(2),
        }.Validate();

        Assert.Equal(
            [
                "Uri", "Exchange", "RoutingKey", "Connections", "MaxOutstanding", "MaxOutstandingBytes", "ConfirmTimeout",
                "WhenRejected", "DeadLetterAfter",
            ],
            errors.Select(error => error.Split(' ')[0]["Bridge:RabbitMq:".Length..]),
            StringComparer.Ordinal);
        Assert.Contains("'http://user:***@host/'", errors[0], StringComparison.Ordinal);
        Assert.Contains("17", errors[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("amqp://user:secret@host:port/")]
    [InlineData("amqp://user:sec:ret@host/")]
    [InlineData("amqp://user:secret@host/a/b")]
    [InlineData("amqp://user:secret@host/?heartbeat=5")]
    [InlineData("amqp:///")]
    public void An_address_that_would_not_work_is_refused_without_its_password(string uri)
    {
        var error = Assert.Single(new RabbitMqOptions { Uri = uri }.Validate());

        Assert.StartsWith("Bridge:RabbitMq:Uri ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("sec", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://guest:guest@127.0.0.1:5672/", "amqp://guest:***@127.0.0.1:5672/")]
    [InlineData("amqps://us%40er:s%3Acret@host.example/v%2Fhost", "amqps://us%40er:***@host.example/v%2Fhost")]
    [InlineData("amqp://host", "amqp://host/")]
    [InlineData("nonsense", "(no address)")]
    public void The_address_is_shown_without_its_password(string uri, string shown)
    {
        var options = new RabbitMqOptions { Uri = uri };

        Assert.Equal(shown, options.DisplayUri);
        Assert.Equal(shown, options.ToString());
    }

    [Fact]
    public void Further_hosts_share_user_virtual_host_and_port()
    {
        var options = new RabbitMqOptions
        {
            Uri = "amqps://us%40er:s%3Acret@rabbit-1:5673/v%2Fhost",
            Hosts = ["rabbit-2", "rabbit-3:5674", "[::1]"],
        };

        Assert.Empty(options.Validate());
        Assert.Equal("amqps://us%40er:***@rabbit-1:5673,rabbit-2:5673,rabbit-3:5674,[::1]:5673/v%2Fhost", options.DisplayUri);
        Assert.Equal(
            [
                "amqps://us%40er:s%3Acret@rabbit-1:5673/v%2Fhost", "amqps://us%40er:s%3Acret@rabbit-2:5673/v%2Fhost",
                "amqps://us%40er:s%3Acret@rabbit-3:5674/v%2Fhost", "amqps://us%40er:s%3Acret@[::1]:5673/v%2Fhost",
            ],
            options.EachHost().Select(host => host.Uri));
        Assert.Empty(new RabbitMqOptions().Hosts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("host:port")]
    [InlineData("host/vhost")]
    [InlineData("amqp://host")]
    [InlineData("user:sec@host")]
    public void A_further_host_that_would_not_work_is_refused(string host)
    {
        var error = Assert.Single(new RabbitMqOptions { Hosts = [host] }.Validate());

        Assert.StartsWith("Bridge:RabbitMq:Hosts:0 ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("sec", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tls_is_verified_with_the_host_name_of_the_address()
    {
        var options = new RabbitMqOptions { Uri = "amqps://u:p@broker.example/vh" };
        var factory = new BrokerConnector(options, TimeProvider.System).CreateFactory();

        using var tls = new BrokerTls(options);
        Assert.Equal((true, "broker.example"), (tls.Option.Enabled, tls.Option.ServerName));
        Assert.Equal(SslPolicyErrors.None, tls.Option.AcceptablePolicyErrors);
        Assert.Equal("vh", factory.VirtualHost);
        Assert.False(factory.AutomaticRecoveryEnabled || factory.TopologyRecoveryEnabled);
    }
}
