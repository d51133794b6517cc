using Telemetry.Aws;
using Telemetry.Tests.Queues;

namespace Telemetry.Tests.Aws;

[Collection(FauxqsCollection.Name)]
public sealed class SqsQueueContract(FauxqsFixture fauxqs) : QueueContract(new SqsQueueConnector(), fauxqs.NewQueue);
