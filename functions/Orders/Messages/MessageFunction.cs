using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Orders.Http;

namespace Orders.Messages;

/// <summary>Reads the message of a queue and runs a function with it in the message's trace.</summary>
internal static class MessageFunction
{
    /// <summary>Runs a function for one message. If the message cannot be read, the span fails too.</summary>
    /// <exception cref="MessageException">The message is no <typeparamref name="T"/>.</exception>
    internal static Task RunAsync<T>(string name, FunctionMessage message, JsonTypeInfo<T> type, Func<T, Activity, Task> function)
        where T : class, IOrderMessage
    {
        var (content, problem) = Read(message, type);
        return TracedFunction.RunAsync(name, "pubsub", content?.TraceParent ?? message.TraceParent, activity =>
        {
            activity.SetTag("messaging.message.id", message.Id).SetTag("messaging.delivery", message.Delivery);
            if (content is null)
                throw problem!;
            activity.SetTag("order.id", content.OrderId);
            return function(content, activity);
        });
    }

    private static (T? Content, MessageException? Problem) Read<T>(FunctionMessage message, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return (MessageReader.Read(message, type), null);
        }
        catch (MessageException e)
        {
            return (null, e);
        }
    }
}

/// <summary>Sends a message to the queue of the next function; completes when it is stored, or certain to be stored.</summary>
/// <param name="body">The message, JSON in UTF-8.</param>
/// <param name="cancellationToken">Ends the attempt.</param>
public delegate Task MessageOutput(ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
