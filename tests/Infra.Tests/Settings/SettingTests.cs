using System.Text.Json;
using System.Text.RegularExpressions;
using Infra.Tests.Bicep;
using Infra.Tests.CloudFormation;
using Local.Components;

namespace Infra.Tests.Settings;

/// <summary>What the templates set is what the programs read.</summary>
public sealed partial class SettingTests
{
    [Theory]
    [InlineData("aws/bridge.yaml", 10)]
    [InlineData("azure/modules/bridge.bicep", 10)]
    public void Every_variable_of_the_bridge_is_one_that_it_reads(string template, int atLeast)
    {
        var names = BridgeVariable().Matches(Read("infra", template)).Select(match => match.Value).ToList();

        Assert.InRange(names.Count, atLeast, 100);
        Assert.All(names, name => Assert.True(BridgeSettings.Knows(name), name));
    }

    [Theory]
    [InlineData("aws/functions.yaml")]
    [InlineData("azure/modules/functions.bicep")]
    public void Every_variable_of_a_function_is_one_that_telemetry_reads(string template)
    {
        var sources = string.Concat(Directory.EnumerateFiles(Path.Combine(LocalFolders.Root, "shared", "Telemetry"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));
        var names = TelemetryVariable().Matches(Read("infra", template)).Select(match => match.Value).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"\"{name}\"", sources, StringComparison.Ordinal));
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([LocalFolders.Root, .. path]));

    [GeneratedRegex("Bridge(__[A-Za-z0-9]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BridgeVariable();

    [GeneratedRegex("TELEMETRY_[A-Z]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TelemetryVariable();
}

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
        var leases = templates.Templates.GetProperty("bridge.yaml").GetProperty("mappings").GetProperty("Lease");

        Assert.All(leases.EnumerateObject(), lease => Assert.Equal(TimeSpan.FromSeconds(int.Parse(lease.Name)), TimeSpan.Parse(Time(lease.Value))));
        Assert.Equal(BridgeSettings.DefaultOf("Receive", "Lease"), Time(leases.GetProperty(DefaultOf("LeaseSeconds"))));

        static string Time(JsonElement lease) => lease.GetProperty("Time").GetString()!;
    }

    [Fact]
    public void The_bridge_keeps_a_message_with_its_reason_before_SQS_takes_it_away() =>
        Assert.True(int.Parse(DefaultOf("MaxReceiveCount")) > int.Parse(DefaultOf("MaxDeliveries")));

    [Fact]
    public void A_template_that_can_be_deployed_alone_has_the_same_defaults()
    {
        var parameters = templates.Templates.GetProperty("queue.yaml").GetProperty("parameters").EnumerateObject();

        Assert.All(parameters, parameter => Assert.Equal(DefaultOf(parameter.Name), parameter.Value.GetProperty("default").ToString()));
    }

    private string DefaultOf(string parameter) =>
        templates.Templates.GetProperty("main.yaml").GetProperty("parameters").GetProperty(parameter).GetProperty("default").ToString();
}

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
        templates.Templates.GetProperty("main.bicep").GetProperty("parameters").GetProperty(parameter).GetProperty("default").ToString());
}
