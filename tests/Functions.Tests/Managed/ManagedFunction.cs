using System.Xml.Linq;
using Functions.Tests.Packages;
using Harness.Components;

namespace Functions.Tests.Managed;

/// <summary>
/// functions/AwsManaged as it is built, once for a class of tests. Amazon's packages are not on every mirror, so the members
/// that it uses of them are packed here under the same names and versions, into a folder that no other build sees.
/// </summary>
public sealed class ManagedFunction : IAsyncLifetime
{
    private const string Project = "functions/AwsManaged";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("managed-function-");

    /// <summary>The built executable.</summary>
    public string Program => PathOf("artifacts", "bin", "Functions.AwsManaged", "release", "Functions.AwsManaged");

    public async ValueTask InitializeAsync()
    {
        var versions = XDocument.Load(Path.Combine(LocalFolders.Root, Project, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(one => one.Attribute("Include")!.Value, one => one.Attribute("Version")!.Value, StringComparer.Ordinal);
        foreach (var (package, version) in versions)
            Write(package, version);
        foreach (var package in versions.Keys)
        {
            await Dotnet.RunAsync(
                _folder.FullName, "pack", $"{package}/{package}.csproj", "-c", "Release", "-o", "feed", "-v", "quiet");
        }

        await Dotnet.RunAsync(
            LocalFolders.Root, "build", Project, "-c", "Release", "-v", "quiet", "--artifacts-path", PathOf("artifacts"),
            $"-p:RestorePackagesPath={PathOf("packages")}", $"-p:RestoreAdditionalProjectSources={PathOf("feed")}",
            $"-p:RestoreFallbackFolders={Dotnet.Packages}");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    // Each package's project references those before it, as the genuine ones do.
    private void Write(string package, string version)
    {
        var sources = Path.Combine(LocalFolders.Root, "tests", "Functions.Tests", "Managed", "StandIns", package);
        var others = _folder.GetDirectories().Select(
            other => $"""<ProjectReference Include="../{other.Name}/{other.Name}.csproj" />""");
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory(package).FullName, $"{package}.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <Version>{version}</Version>
              </PropertyGroup>
              <ItemGroup>
                <Compile Include="{sources}/*.cs" />
                {string.Concat(others)}
              </ItemGroup>
            </Project>
            """);
    }

    private string PathOf(params string[] parts) => Path.Combine([_folder.FullName, .. parts]);
}
