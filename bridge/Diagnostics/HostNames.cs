namespace Bridge.Diagnostics;

/// <summary>Host names in the form of a setting.</summary>
internal static class HostNames
{
    /// <summary>The names of a list that is separated by semicolons.</summary>
    public static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Whether it is a host name; <c>*.</c> in front stands for every name below it.</summary>
    public static bool IsValid(string name) =>
        Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) is UriHostNameType.Dns;
}
