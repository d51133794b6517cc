using System.Text.Json;
using Infra.Tests.CloudFormation;

namespace Infra.Tests.Settings;

/// <summary>The defaults of <c>infra/aws</c> are the bridge's own.</summary>
[Collection(CloudFormationCollection.Name)]
public sealed class CloudFormationDefaultTests(CloudFormationTemplates templates)
{
    [Theory]
    [InlineData("Exchange", "RabbitMq", "Exchange")]
    [InlineData("RoutingKey", "RabbitMq", "RoutingKey")]
    [InlineData("Partitions", "Assemble", "Partitions")]
    [InlineData("MaxDeliveries", "Receive", "MaxDeliveries")]
    public void A_default_is_the_bridges(string parameter, string section, string name) =>
        Assert.Equal(BridgeSettings.DefaultOf(section, name), DefaultOf(parameter));

    [Fact]
    public void The_visibility_timeout_is_the_bridges_lease_as_it_reads_it()
    {
        var leases = templates.Templates["bridge.yaml"].GetProperty("mappings").GetProperty("Lease");

        Assert.All(
            leases.EnumerateObject(),
            lease => Assert.Equal(TimeSpan.FromSeconds(int.Parse(lease.Name)), TimeSpan.Parse(Time(lease.Value))));
        Assert.Equal(BridgeSettings.DefaultOf("Receive", "Lease"), Time(leases.GetProperty(DefaultOf("LeaseSeconds"))));

        static string Time(JsonElement lease) => lease.GetProperty("Time").GetString()!;
    }

    [Fact]
    public void The_bridge_keeps_a_message_with_its_reason_before_SQS_takes_it_away() =>
        Assert.True(int.Parse(DefaultOf("MaxReceiveCount")) > int.Parse(DefaultOf("MaxDeliveries")));

    [Fact]
    public void A_template_that_can_be_deployed_alone_has_the_same_defaults()
    {
        var parameters = templates.Templates["queue.yaml"].GetProperty("parameters").EnumerateObject();

        Assert.All(
            parameters, parameter => Assert.Equal(DefaultOf(parameter.Name), parameter.Value.GetProperty("default").ToString()));
    }

    private string DefaultOf(string parameter) =>
        templates.Templates["main.yaml"].GetProperty("parameters").GetProperty(parameter).GetProperty("default").ToString();
}
