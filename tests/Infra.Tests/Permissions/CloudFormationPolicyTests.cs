using System.Text.Json;
using Infra.Tests.CloudFormation;

namespace Infra.Tests.Permissions;

/// <summary>The roles of <c>infra/aws</c> allow what the code calls, no less and no more.</summary>
[Collection(CloudFormationCollection.Name)]
public sealed class CloudFormationPolicyTests(CloudFormationTemplates templates)
{
    private static readonly SqsCalls Calls = new();

    [Fact]
    public void Every_request_names_one_permission() =>
        Assert.All(Calls.Requests(), request => Assert.Single(Calls.PermissionsIn(request)));

    [Fact]
    public void Senders_may_do_what_sending_calls() => Assert.Equal(Calls.OfSenders(), Roles.Actions(SenderPolicy(), "Queue"));

    [Fact]
    public void Senders_may_use_the_key_as_sending_does() =>
        Assert.Equal(Calls.KeyActions(Calls.OfSenders()), Roles.Actions(SenderPolicy(), "Key"));

    [Fact]
    public void The_bridge_may_do_what_it_calls() => Assert.Equal(Calls.OfBridge(), Roles.Actions(BridgePolicy(), "Queue"));

    [Fact]
    public void The_bridge_may_use_the_key_as_receiving_does() =>
        Assert.Equal(Calls.KeyActions(Calls.OfBridge()), Roles.Actions(BridgePolicy(), "Key"));

    [Fact]
    public void The_bridges_role_has_that_policy_alone()
    {
        var role = Resource("bridge.yaml", "TaskRole");

        Assert.False(role.TryGetProperty("Policies", out _));
        Assert.Contains(
            "BridgePolicyArn",
            Assert.Single(role.GetProperty("ManagedPolicyArns").EnumerateArray()).GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_policy_of_the_queue_reaches_beyond_queue_and_key() => Assert.All([SenderPolicy(), BridgePolicy()], policy =>
    {
        Assert.Equal(2, policy.GetProperty("Statement").GetArrayLength());
        Assert.DoesNotContain("\"Resource\":\"*\"", policy.GetRawText(), StringComparison.Ordinal);
    });

    [Fact]
    public void A_function_that_sends_to_the_next_queue_may_do_there_what_sending_calls()
    {
        var policy = Resource("functions.yaml", "ProcessPaymentRole").GetProperty("Policies")[0].GetProperty("PolicyDocument");

        Assert.Equal(Calls.OfSenders(), Roles.Actions(policy, "Next"));
    }

    [Fact]
    public void Every_function_has_the_senders_policy()
    {
        var roles = templates.Templates["functions.yaml"].GetProperty("resources").EnumerateObject()
            .Where(resource => resource.Value.GetProperty("resourceType").GetString() == "AWS::IAM::Role").ToList();

        Assert.Equal(4, roles.Count);
        Assert.All(roles, role => Assert.Contains(
            "SenderPolicyArn", role.Value.GetProperty("properties").GetProperty("ManagedPolicyArns")
                .GetRawText(), StringComparison.Ordinal));
    }

    private JsonElement SenderPolicy() => Resource("queue.yaml", "SenderPolicy").GetProperty("PolicyDocument");

    private JsonElement BridgePolicy() => Resource("queue.yaml", "BridgePolicy").GetProperty("PolicyDocument");

    private JsonElement Resource(string file, string name) =>
        templates.Templates[file].GetProperty("resources").GetProperty(name).GetProperty("properties");
}
