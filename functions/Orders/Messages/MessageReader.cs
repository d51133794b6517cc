using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orders.Messages;

/// <summary>Reads what a message says.</summary>
internal static class MessageReader
{
    /// <summary>The message's document.</summary>
    /// <exception cref="MessageException">It is none; the text names the place and never quotes the message.</exception>
    internal static T Read<T>(FunctionMessage message, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(message.Body.Span, type) ?? throw new MessageException($"message {message.Id} is null");
        }
        catch (JsonException e)
        {
            throw new MessageException($"message {message.Id} is no {typeof(T).Name} at {e.Path ?? "$"}: not JSON, or a member is missing", e);
        }
    }
}
