using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

/// <summary>
/// The names by which a cloud's library is found are checked here, since the compiler does not (docs/decisions/0006).
/// </summary>
public sealed class QueueConnectorsTests
{
    [Theory]
    [InlineData(QueueKind.Azure, typeof(Telemetry.Azure.AzureQueueConnector))]
    [InlineData(QueueKind.Sqs, typeof(Telemetry.Aws.SqsQueueConnector))]
    public void A_referenced_library_is_found_by_name(QueueKind kind, Type connector) =>
        Assert.IsType(connector, QueueConnectors.Find(kind));
}
