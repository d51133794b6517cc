namespace Bridge.RabbitMq.DeadLetters;

/// <summary>Assembles letters from parts that are read in any order, between other letters.</summary>
internal sealed class LetterAssembly
{
    private readonly OrderedDictionary<(string MessageId, string Digest, int Count), List<KeptDeadLetter>> _incomplete = [];

    /// <summary>Messages that became part of a letter, beyond the first of each.</summary>
    public int Joined { get; private set; }

    /// <summary>The parts of incomplete letters, each by itself, with what is missing.</summary>
    public IEnumerable<KeptDeadLetter> Incomplete =>
        _incomplete.Values.SelectMany(parts => parts.Select(part => part.With(Problem(part, parts))));

    /// <summary>Takes what was read.</summary>
    /// <returns>A whole letter, or null while parts of it are missing.</returns>
    public KeptDeadLetter? Add(KeptDeadLetter letter)
    {
        if (letter.Part is not { } part)
            return letter;
        var key = (letter.MessageId, part.Digest, part.Count);
        if (!_incomplete.TryGetValue(key, out var parts))
            _incomplete.Add(key, parts = []);
        parts.Add(letter);
        if (Indexes(parts) < part.Count || KeptDeadLetter.Join(parts) is not { } whole)
            return null;
        _incomplete.Remove(key);
        Joined += parts.Count - 1;
        return whole;
    }

    private static string Problem(KeptDeadLetter part, List<KeptDeadLetter> parts) => Indexes(parts) < part.Part!.Count
        ? $"INCOMPLETE: part {part.Part} of a letter that has {Indexes(parts)} of its parts here"
        : $"INCOMPLETE: part {part.Part} of a letter whose parts do not give its digest {part.Part.Digest}";

    private static int Indexes(List<KeptDeadLetter> parts) => parts.Select(part => part.Part!.Index).Distinct().Count();
}
