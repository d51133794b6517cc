namespace Bridge.Core.Running;

/// <summary>Names this process among the replicas.</summary>
/// <param name="Value">Host and process.</param>
internal sealed record ReplicaName(string Value)
{
    /// <summary>The name of this process.</summary>
    public static ReplicaName OfThisProcess { get; } = new($"{Environment.MachineName}/{Environment.ProcessId}");
}
