using System.Diagnostics.CodeAnalysis;

namespace Telemetry.Queues;

/// <summary>Opens a queue of one cloud. Each cloud's library has one with a public parameterless constructor.</summary>
public interface IQueueConnector
{
    /// <summary>A sender for the queue. No request is made before its first use.</summary>
    IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock);

    /// <summary>A receiver for the queue. No request is made before its first use.</summary>
    IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock);
}

/// <summary>
/// Finds a cloud's library by its name, so that a function which references it needs no line of start-up code.
/// The names are constants: trimming and native compilation see them (docs/decisions/0006).
/// </summary>
internal static class QueueConnectors
{
    internal static IQueueConnector Find(QueueKind kind) => kind switch
    {
        QueueKind.Azure => Create(Type.GetType("Telemetry.Azure.AzureQueueConnector, Telemetry.Azure"), "Telemetry.Azure"),
        _ => Create(Type.GetType("Telemetry.Aws.SqsQueueConnector, Telemetry.Aws"), "Telemetry.Aws"),
    };

    private static IQueueConnector Create(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type? type, string library) =>
        type is null
            ? throw new InvalidOperationException($"the library {library} is not part of this function: reference it")
            : (IQueueConnector)Activator.CreateInstance(type)!;
}
