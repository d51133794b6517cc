using System.Collections.Immutable;
using Functions.Tests.Packages;
using Harness.Components;
using Harness.Functions;

namespace Functions.Tests.Azure;

/// <summary>functions/Azure, published once as infra/azure/deploy does it.</summary>
public sealed class PublishedWorker : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("published-worker-");

    /// <summary>The function app: what is deployed.</summary>
    public string Folder => Path.Combine(_folder.FullName, "app");

    // Its own build folder: the repository's stay as the build left them.
    public async ValueTask InitializeAsync() => await Dotnet.RunAsync(
        LocalFolders.Root, "publish", "functions/Azure", "-c", "Release", "-r", "linux-x64", "--no-self-contained",
        "--artifacts-path", Path.Combine(_folder.FullName, "artifacts"), "-o", Folder, "-v", "quiet");

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts it under an emulated host.</summary>
    /// <param name="settings">Where telemetry goes; nowhere when null.</param>
    /// <param name="flushBudget">Of each flush, in milliseconds. The first send of a process takes more than the usual budget on
    /// a busy machine.</param>
    internal Task<FunctionsHost> StartAsync(ImmutableDictionary<string, string>? settings = null, string flushBudget = "20000") =>
        FunctionsHost.StartAsync(
            Path.Combine(Folder, "order-functions"),
            (settings ?? ImmutableDictionary<string, string>.Empty).SetItem("TELEMETRY_FLUSH_BUDGET_MS", flushBudget));
}
