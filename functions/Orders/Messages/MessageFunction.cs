using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using Orders.Http;

namespace Orders.Messages;

/// <summary>What all functions behind a queue share: the message is read, and its trace goes on.</summary>
internal static class MessageFunction
{
    /// <summary>Runs a function for one message; one that cannot be read fails inside the span too.</summary>
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
