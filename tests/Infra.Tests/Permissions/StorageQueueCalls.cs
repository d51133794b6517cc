using Telemetry.Azure;

namespace Infra.Tests.Permissions;

/// <summary>The actions of Azure's roles that the code for Storage Queues needs, after <c>Microsoft.Storage/storageAccounts/queueServices/</c>.</summary>
internal sealed class StorageQueueCalls() : QueueCalls(typeof(AzureQueue), "Telemetry.Azure.QueueRequest")
{
    private protected override IEnumerable<string> PermissionsIn(string text) =>
        text.StartsWith("queues/", StringComparison.Ordinal) ? [text] : [];
}
