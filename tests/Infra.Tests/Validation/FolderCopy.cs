namespace Infra.Tests.Validation;

/// <summary>Copies of the templates, in which something may be changed.</summary>
internal static class FolderCopy
{
    /// <summary>Copies a folder with all below it.</summary>
    /// <param name="source">The folder.</param>
    /// <param name="target">The copy; it is made.</param>
    public static void Make(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
