namespace Bridge.Commands;

/// <summary>An argument that parses but cannot be used. The message never holds a secret.</summary>
internal sealed class UsageException(string message) : Exception(message);
