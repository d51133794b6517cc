namespace Functions.Tests.Support;

/// <summary>Tests that set <c>TelemetryQueue.Client</c>: the process has one, so they run one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWideTelemetry
{
    public const string Name = "process-wide telemetry";
}
