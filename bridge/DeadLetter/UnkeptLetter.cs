namespace Bridge.DeadLetter;

/// <summary>A dead letter that the broker does not take now.</summary>
/// <param name="Index">Its place among those that were to be kept.</param>
/// <param name="Message">The dead letter.</param>
/// <param name="Reason">Why, in one line without payload.</param>
internal sealed record UnkeptLetter(int Index, DeadMessage Message, string Reason)
{
    /// <summary>The same with a copy of its body, for when the memory that it lies in is given back.</summary>
    public UnkeptLetter Detach() => this with { Message = Message with { Body = Message.Body.ToArray() } };
}
