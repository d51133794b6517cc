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
    public void Every_request_names_one_permission() =>
        Assert.All(Calls.Requests(), request => Assert.Single(Calls.PermissionsIn(request)));

    [Fact]
    public void Senders_may_do_what_sending_calls()
    {
        Assert.Equal(Calls.OfSenders(), SenderActions);
        Assert.Equal(SenderRole, Queue.GetProperty("variables").GetProperty("senderRole").GetString());
        Assert.Equal(
            "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', variables('senderRole'))]",
            RoleOf(Assignments.Single(IsLoop)));
    }

    [Fact]
    public void The_bridge_may_do_what_it_calls()
    {
        var role = Resources("Microsoft.Authorization/roleDefinitions").Single();
        var permission = role.GetProperty("properties").GetProperty("permissions")[0];
        var granted = Roles.Texts(permission.GetProperty("actions")).Concat(Roles.Texts(permission.GetProperty("dataActions")));

        Assert.Equal(
            Calls.OfBridge().Select(action => Provider + action).Order(StringComparer.Ordinal),
            granted.Order(StringComparer.Ordinal));
        Assert.Equal(
            $"[resourceId('Microsoft.Authorization/roleDefinitions', {role.GetProperty("name").GetString()!.Trim('[', ']')})]",
            RoleOf(Assignments.Single(assignment => !IsLoop(assignment))));
    }

    [Fact]
    public void Roles_are_assigned_to_senders_and_bridge_on_the_queue_alone()
    {
        var scope = $"[resourceId('{Provider}queues', parameters('accountName'), 'default', parameters('queueName'))]";

        Assert.Equal([scope, scope], Assignments.Select(assignment => assignment.GetProperty("scope").GetString()));
        Assert.Equal(
            ["[parameters('bridgePrincipalId')]", "[parameters('senderPrincipalIds')[copyIndex()]]"],
            Assignments.Select(assignment => assignment.GetProperty("properties").GetProperty("principalId").GetString())
                .Order(StringComparer.Ordinal));
    }

    private JsonElement Queue => templates.Templates["modules/queue.bicep"];

    private IEnumerable<JsonElement> Assignments => Resources("Microsoft.Authorization/roleAssignments");

    private IEnumerable<JsonElement> Resources(string type) =>
        Queue.GetProperty("resources").EnumerateArray().Where(resource => resource.GetProperty("type").GetString() == type);

    // One for each principal that sends.
    private static bool IsLoop(JsonElement assignment) => assignment.TryGetProperty("copy", out _);

    private static string? RoleOf(JsonElement assignment) =>
        assignment.GetProperty("properties").GetProperty("roleDefinitionId").GetString();
}
