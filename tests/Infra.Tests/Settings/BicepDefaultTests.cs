using Infra.Tests.Bicep;

namespace Infra.Tests.Settings;

/// <summary>The defaults of <c>infra/azure</c> are the bridge's own.</summary>
[Collection(BicepCollection.Name)]
public sealed class BicepDefaultTests(BicepTemplates templates)
{
    [Theory]
    [InlineData("exchange", "RabbitMq", "Exchange")]
    [InlineData("routingKey", "RabbitMq", "RoutingKey")]
    [InlineData("partitions", "Assemble", "Partitions")]
    [InlineData("maxDeliveries", "Receive", "MaxDeliveries")]
    [InlineData("lease", "Receive", "Lease")]
    public void A_default_is_the_bridges(string parameter, string section, string name) => Assert.Equal(
        BridgeSettings.DefaultOf(section, name),
        templates.Templates["main.bicep"].GetProperty("parameters").GetProperty(parameter).GetProperty("defaultValue")
            .ToString());
}
