using Bridge.Core.Publishing;

namespace Bridge.Tests.Publish;

/// <summary>A publication of messages that exist already.</summary>
internal sealed class ListPublication(params IReadOnlyList<OutgoingMessage> messages) : IPublication
{
    public int Count => messages.Count;

    public OutgoingMessage this[int index] => messages[index];
}
