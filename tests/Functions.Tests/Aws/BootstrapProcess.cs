using System.Collections.Immutable;
using Local.Components;

namespace Functions.Tests.Aws;

/// <summary>The built Lambda executable as a child process of a fake platform.</summary>
internal static class BootstrapProcess
{
    public static Task<ChildProcess> StartAsync(FakeRuntimeApi api, ImmutableDictionary<string, string> environment)
    {
        var program = BuiltProgram.Path("functions/Aws", "bootstrap");
        return ChildProcess.StartAsync(new ChildProcessStart(program)
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = environment.SetItem("AWS_LAMBDA_RUNTIME_API", api.Host),
        });
    }
}
