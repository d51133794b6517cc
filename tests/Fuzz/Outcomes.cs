namespace Fuzz;

/// <summary>What can come of an input; an input of several steps can have several.</summary>
[Flags]
internal enum Outcomes
{
    None = 0,
    Accepted = 1,
    Malformed = 2,
    Unsupported = 4,
    Undecryptable = 8,
    TooLarge = 16,
    Conflict = 32,
    Incomplete = 64,
    Duplicate = 128,
    Held = 256,
}
