using System.Reflection;
using Telemetry.Azure;

namespace Infra.Tests.Permissions;

/// <summary>
/// The actions of Azure's roles that the code for Storage Queues needs, after
/// <c>Microsoft.Storage/storageAccounts/queueServices/</c>.
/// </summary>
internal sealed class StorageQueueCalls() : QueueCalls(typeof(AzureQueue))
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> PermissionsIn(MethodBase request) =>
        [.. Instructions.Of(request).Texts.Where(text => text.StartsWith("queues/", StringComparison.Ordinal))];

    // Its constructor of several parameters makes one; the other copies.
    private protected override bool IsRequest(MethodBase method) => Instructions.Of(method).Methods.Any(called =>
        called is ConstructorInfo && called.DeclaringType == Cloud.GetType(
            "Telemetry.Azure.QueueOperation") && called.GetParameters().Length > 1);
}
