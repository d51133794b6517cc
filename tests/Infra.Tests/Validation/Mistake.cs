using Harness.Components;

namespace Infra.Tests.Validation;

/// <summary>A mistake that is made on purpose in a copy of the templates.</summary>
/// <param name="Name">What kind of mistake it is.</param>
/// <param name="File">The template it is made in.</param>
/// <param name="Right">The right text, which occurs once.</param>
/// <param name="Wrong">What stands there instead.</param>
/// <param name="Found">What the finding must say.</param>
internal sealed record Mistake(string Name, string File, string Right, string Wrong, string Found)
{
    /// <summary>Copies the templates and makes the mistake.</summary>
    /// <param name="source">The folder of the right templates.</param>
    /// <param name="target">The folder of the copy; it is made.</param>
    public void Plant(string source, string target)
    {
        FolderCopy.Make(source, target);
        var path = LocalFolders.Installed(Path.Combine(target, File));
        var parts = System.IO.File.ReadAllText(path).Split(Right);
        if (parts.Length != 2)
        {
            throw new InvalidOperationException(
                $"'{Right}' occurs {parts.Length - 1} times in {File}, not once: plant '{Name}' elsewhere");
        }

        System.IO.File.WriteAllText(path, parts[0] + Wrong + parts[1]);
    }
}
