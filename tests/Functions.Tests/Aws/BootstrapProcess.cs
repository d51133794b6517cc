using System.Collections.Immutable;
using Harness.Components;

namespace Functions.Tests.Aws;

/// <summary>The built Lambda executable as a child process of a fake platform.</summary>
internal static class BootstrapProcess
{
    /// <summary>Starts it.</summary>
    /// <param name="api">The platform.</param>
    /// <param name="environment">What the function's configuration says.</param>
    /// <param name="program">Another executable than this repository's.</param>
    public static Task<ChildProcess> StartAsync(
        FakeRuntimeApi api, ImmutableDictionary<string, string> environment, string? program = null)
    {
        program ??= BuiltProgram.Path("functions/Aws", "bootstrap");
        return ChildProcess.StartAsync(new ChildProcessStart(program)
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = environment.SetItem("AWS_LAMBDA_RUNTIME_API", api.Host),
        });
    }
}
