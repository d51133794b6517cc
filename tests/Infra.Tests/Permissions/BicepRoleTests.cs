using System.Text.Json;
using Infra.Tests.Bicep;

namespace Infra.Tests.Permissions;

/// <summary>The roles of <c>infra/azure</c> allow what the code calls, no less and no more, and on the queue alone.</summary>
[Collection(BicepCollection.Name)]
public sealed class BicepRoleTests(BicepTemplates templates)
{
    private const string Provider = "Microsoft.Storage/storageAccounts/queueServices/";

    // Storage Queue Data Message Sender, as Azure publishes it.
    private const string SenderRole = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a";
    private static readonly string[] SenderActions = ["queues/messages/add/action"];

    private static readonly StorageQueueCalls Calls = new();

    [Fact]
    public void Every_request_names_one_permission() => Assert.All(Calls.Requests(), request => Assert.Single(Calls.PermissionsIn(request)));

    [Fact]
    public void Senders_may_do_what_sending_calls()
    {
        Assert.Equal(Calls.OfSenders(), SenderActions);
        Assert.Equal(SenderRole, Queue.GetProperty("variables").GetProperty("senderRole").GetString());
        Assert.Contains("senderRole", Assignment("senders").GetProperty("roleDefinitionId").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_bridge_may_do_what_it_calls()
    {
        var permission = Resource("bridgeRole").GetProperty("properties").GetProperty("permissions")[0];
        var granted = Roles.Texts(permission.GetProperty("actions")).Concat(Roles.Texts(permission.GetProperty("dataActions")));

        Assert.Equal(Calls.OfBridge().Select(action => Provider + action).Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
        Assert.Equal("bridgeRole.id", Assignment("receiver").GetProperty("roleDefinitionId").GetString());
    }

    [Theory]
    [InlineData("senders")]
    [InlineData("receiver")]
    public void A_role_is_assigned_on_the_queue_alone(string assignment) =>
        Assert.Equal("queue", Resource(assignment).GetProperty("scope").GetString());

    [Fact]
    public void Nobody_else_gets_a_role_there()
    {
        var assignments = Queue.GetProperty("resources").EnumerateObject()
            .Where(resource => resource.Value.GetProperty("type").GetString() == "Microsoft.Authorization/roleAssignments")
            .Select(resource => resource.Name);

        Assert.Equal(["receiver", "senders"], assignments.Order(StringComparer.Ordinal));
    }

    private JsonElement Queue => templates.Templates.GetProperty("modules/queue.bicep");

    private JsonElement Assignment(string name) => Resource(name).GetProperty("properties");

    private JsonElement Resource(string name) => Queue.GetProperty("resources").GetProperty(name).GetProperty("body");
}
