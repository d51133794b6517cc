using Telemetry.Azure;
using Telemetry.Tests.Queues;

namespace Telemetry.Tests.Azure;

[Collection(AzuriteCollection.Name)]
public sealed class AzureQueueContract(AzuriteFixture azurite) : QueueContract(new AzureQueueConnector(), azurite.NewQueue);
