using Harness.Components;

namespace Edge.Tests.Support;

/// <summary>Real Python processes.</summary>
internal static class Python
{
    /// <summary>Runs a script to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string script, params IReadOnlyList<string> arguments)
    {
        var result = await ChildCommand.RunAsync(new ChildProcessStart("/usr/bin/env", ["python3", "-c", script, .. arguments]));
        return result.EnsureSuccess("Python").Output;
    }
}
