namespace Harness.Faults;

/// <summary>A promise that did not hold under a fault.</summary>
internal sealed class FaultException(string message) : Exception(message);
