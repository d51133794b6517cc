namespace Bridge.DeadLetter;

/// <summary>A dead letter that the broker does not accept now.</summary>
/// <param name="Index">Its index among the letters that were to be kept.</param>
/// <param name="Message">The dead letter.</param>
/// <param name="Reason">Why, in one line without payload.</param>
internal sealed record UnkeptLetter(int Index, DeadMessage Message, string Reason)
{
    /// <summary>The same with a copy of its body, which is needed when the original memory is given back.</summary>
    public UnkeptLetter Detach() => this with { Message = Message with { Body = Message.Body.ToArray() } };
}
