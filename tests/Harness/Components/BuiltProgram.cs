namespace Harness.Components;

/// <summary>The project's own executables, as built in the configuration that this program was built in.</summary>
public static class BuiltProgram
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>An executable's full path.</summary>
    /// <param name="project">The project's folder from the root, such as <c>functions/Azure</c>.</param>
    /// <param name="name">The assembly's name.</param>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string Path(string project, string name)
    {
        var path = System.IO.Path.Combine(LocalFolders.Root, project, "bin", Configuration, "net10.0", name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"'{path}' is missing: run 'dotnet build {project} -c {Configuration}'", path);
    }
}
