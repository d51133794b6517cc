using System.IO.Compression;
using Harness.Components;

namespace Functions.Tests.Packages;

/// <summary>The shared libraries as NuGet packages in a folder, packed once for a class of tests.</summary>
public sealed class PackedLibraries : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("packed-libraries-");

    /// <summary>A folder that serves as a package source.</summary>
    public string Feed => Path.Combine(_folder.FullName, "feed");

    public async ValueTask InitializeAsync() => await PackAsync("shared/shared.slnf", Feed);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Packs libraries a second time, from nothing.</summary>
    /// <returns>The folder with the packages.</returns>
    public async Task<string> PackAgainAsync(string project)
    {
        var folder = Path.Combine(_folder.FullName, "again");
        await PackAsync(project, folder);
        return folder;
    }

    /// <summary>A package's files; those that say when it was packed are left out.</summary>
    public static IReadOnlyDictionary<string, byte[]> Read(string folder, string file)
    {
        using var package = ZipFile.OpenRead(Path.Combine(folder, file));
        return package.Entries.ToDictionary(entry => entry.FullName, Bytes, StringComparer.Ordinal);
    }

    // The same place for both: it stands in what the compiler is told. The version is the one that functions/README.md names,
    // whatever git's tags say.
    private async Task PackAsync(string project, string folder)
    {
        var artifacts = Path.Combine(_folder.FullName, "artifacts");
        await Dotnet.RunAsync(
            LocalFolders.Root, "pack", project, "-c", "Release", "-o", folder, "--artifacts-path", artifacts,
            "-p:ContinuousIntegrationBuild=true", "-p:MinVerVersionOverride=0.1.0", "-v", "quiet");
        Directory.Delete(artifacts, recursive: true);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
