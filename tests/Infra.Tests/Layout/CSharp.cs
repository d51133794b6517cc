namespace Infra.Tests.Layout;

/// <summary>The repository's C# files, without those that builds write.</summary>
internal static class CSharp
{
    /// <summary>The files in a folder of the repository.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    /// <summary>A file's path within the repository.</summary>
    public static string NameOf(string path) => Path.GetRelativePath(Repository.PathOf(), path);
}
