using Microsoft.Extensions.Configuration;
using Telemetry;

namespace Bridge;

/// <summary>A configuration that cannot be used.</summary>
internal sealed class BridgeOptionsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>Everything that is wrong, one line each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;

    /// <summary>What the binder did not take: each value of the wrong kind, not the first alone.</summary>
    public static BridgeOptionsException Unbound(IConfigurationSection section, Type options, InvalidOperationException cause) =>
        SettingKinds.Find(section, options).ToList() is { Count: > 0 } errors ? new(errors) : new([FailureText.Redacted(cause)]);
}
