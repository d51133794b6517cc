using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orders.Messages;

/// <summary>Reads the document of a message.</summary>
internal static class MessageReader
{
    /// <summary>The message's document.</summary>
    /// <exception cref="MessageException">The message is no such document. The text names the place and never quotes the
    /// message.</exception>
    internal static T Read<T>(FunctionMessage message, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(message.Body.Span, type)
                ?? throw new MessageException($"message {message.Id} is null");
        }
        catch (JsonException e)
        {
            throw new MessageException(
                $"message {message.Id} is no {typeof(T).Name} at {e.Path ?? "$"}: not JSON, or a member is missing", e);
        }
    }
}

/// <summary>
/// A message that the sender must not send, so every delivery of it fails until the queue's limit of deliveries is reached.
/// </summary>
public sealed class MessageException(string message, Exception? innerException = null) : Exception(message, innerException);
