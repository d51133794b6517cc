using System.Text.RegularExpressions;
using Harness.Components;

namespace Functions.Tests.Packages;

/// <summary>
/// A function project that somebody begins from functions/README.md: its project file and program as they stand there, the
/// libraries from a package source. Nothing of the repository's own build settings reaches it.
/// </summary>
internal sealed partial class FreshFunction : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fresh-function-");
    private readonly string _assembly;

    private FreshFunction(string cloud) => _assembly = cloud is "Aws" ? "bootstrap" : "Hello";

    /// <summary>The built executable.</summary>
    public string Program => Path.Combine(Project, "bin", "Release", "net10.0", _assembly);

    // Beside its packages, of which nothing is to be compiled.
    private string Project => _folder.CreateSubdirectory("project").FullName;

    /// <summary>Writes and builds it.</summary>
    /// <param name="cloud"><c>Aws</c> or <c>Azure</c>.</param>
    /// <param name="feed">The folder with the packages.</param>
    public static async Task<FreshFunction> BuildAsync(string cloud, string feed)
    {
        var function = new FreshFunction(cloud);
        function.Write(cloud, feed);
        await Dotnet.RunAsync(function.Project, "build", "-c", "Release", "-v", "quiet");
        return function;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Write(string cloud, string feed)
    {
        var section = SectionOf(cloud);
        Save("Hello.csproj", BlockOf(section, "xml"));
        Save("Program.cs", BlockOf(section, "csharp"));
        // Packages of its own, so that none of an earlier run is taken for this one's.
        LinkKnownPackages();
        Save("nuget.config", $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="../packages" /></config>
              <packageSources><add key="packed" value="{feed}" /></packageSources>
            </configuration>
            """);
        if (cloud is "Azure")
            File.Copy(Path.Combine(LocalFolders.Root, "functions", cloud, "host.json"), Path.Combine(Project, "host.json"));
    }

    // The packages of others are there already. Links, because the worker's SDK looks into no fallback folder.
    private void LinkKnownPackages()
    {
        var packages = _folder.CreateSubdirectory("packages");
        foreach (var package in new DirectoryInfo(Dotnet.Packages).EnumerateDirectories().Where(IsOfOthers))
            Directory.CreateSymbolicLink(Path.Combine(packages.FullName, package.Name), package.FullName);
    }

    private static bool IsOfOthers(DirectoryInfo package) =>
        !package.Name.StartsWith("serverlesstelemetry", StringComparison.Ordinal);

    private static string SectionOf(string cloud)
    {
        var page = File.ReadAllText(Path.Combine(LocalFolders.Root, "functions", "README.md"));
        var start = page.IndexOf(cloud is "Aws" ? "### AWS Lambda" : "### Azure Functions", StringComparison.Ordinal);
        Assert.True(start >= 0, $"functions/README.md has no section about {cloud}");
        return page[start..];
    }

    private static string BlockOf(string section, string language) =>
        Blocks().Matches(section).First(block => block.Groups["language"].Value == language).Groups["text"].Value;

    private void Save(string name, string text) => File.WriteAllText(Path.Combine(Project, name), text);

    [GeneratedRegex(
        "^```(?<language>[a-z]+)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Blocks();
}
