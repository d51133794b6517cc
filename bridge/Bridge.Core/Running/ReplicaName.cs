namespace Bridge.Core.Running;

/// <summary>The name of a replica.</summary>
/// <param name="Value">Host name and process id.</param>
internal sealed record ReplicaName(string Value)
{
    /// <summary>The name of this process.</summary>
    public static ReplicaName OfThisProcess { get; } = new($"{Environment.MachineName}/{Environment.ProcessId}");
}
