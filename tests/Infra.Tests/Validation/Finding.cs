namespace Infra.Tests.Validation;

/// <summary>What a validator finds wrong in a template.</summary>
internal sealed record Finding(string File, int Line, string Severity, string Message)
{
    public override string ToString() => $"{File}:{Line}: {Severity} {Message}";
}
