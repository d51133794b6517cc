using static System.FormattableString;

namespace Telemetry.Queues;

/// <summary>The limits of a queue. Sizes are bytes of the encoded text.</summary>
/// <param name="MessageBytes">The longest message text.</param>
/// <param name="CallMessages">Messages that one send call takes.</param>
/// <param name="CallBytes">Texts that one send call takes, added up.</param>
public sealed record QueueLimits(int MessageBytes, int CallMessages, int CallBytes)
{
    /// <summary>Azure Storage Queue: 64 KiB a message, one message a call (Put Message).</summary>
    public static QueueLimits AzureStorage { get; } = new(65_536, 1, 65_536);

    /// <summary>
    /// SQS with its default <c>MaximumMessageSize</c> of 256 KiB (SendMessageBatch: 10 entries, one limit in total).
    /// </summary>
    public static QueueLimits Sqs { get; } = ForSqs(262_144);

    /// <summary>SQS with the <c>MaximumMessageSize</c> that the queue has: 1,024 to 1,048,576 bytes.</summary>
    public static QueueLimits ForSqs(int maximumMessageSize) => new(maximumMessageSize, 10, maximumMessageSize);

    /// <summary>Names the first message that is too long; null when all messages can be sent.</summary>
    internal string? Refusal(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Length > MessageBytes)
            {
                return Invariant($"message {i + 1} of {messages.Count} has {messages[i].Length:N0} bytes,")
                    + Invariant($" the queue takes at most {MessageBytes:N0}; none was sent");
            }
        }

        return null;
    }
}
