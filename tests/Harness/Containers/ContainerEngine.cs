using Harness.Components;

namespace Harness.Containers;

/// <summary>
/// podman as <c>infra/container/engine.sh</c> configures it, and the image that <c>infra/container/build --local</c> makes.
/// </summary>
internal static class ContainerEngine
{
    private const string Podman = "/usr/bin/podman";
    private const string OwnerLabel = "telemetry.owner";
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(8);

    private static readonly string Folder = Path.Combine(LocalFolders.Local, "containers");

    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal)
    {
        ["CONTAINERS_STORAGE_CONF"] = Path.Combine(Folder, "storage.conf"),
        ["CONTAINERS_CONF"] = Path.Combine(Folder, "containers.conf"),
    };

    /// <summary>Marks a container as this process's own.</summary>
    public static string Owner { get; } = $"{OwnerLabel}={System.Environment.ProcessId}";

    /// <summary>Builds the image, without a registry, and removes containers that an owner who was killed has left.</summary>
    /// <exception cref="InvalidOperationException">The build failed; the end of what it wrote is in the message.</exception>
    public static async Task BuildAsync(string tag, CancellationToken cancellationToken = default)
    {
        var start = new ChildProcessStart(Path.Combine(LocalFolders.Root, "infra", "container", "build"), "--local", "--tag", tag)
        {
            // The build uses this user's packages, this machine's SDK and the folder of this run.
            Environment = Inherited("PATH", "HOME", "NUGET_PACKAGES", "http_proxy", "https_proxy", "no_proxy")
                .Append(new("TELEMETRY_LOCAL_DIR", LocalFolders.Local))
                .ToDictionary(StringComparer.Ordinal),
        };
        var result = await ChildCommand.RunAsync(start, timeout: BuildTimeout, cancellationToken: cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"infra/container/build failed with {result.ExitCode}: {Tail(result.Output)} {Tail(result.Errors)}");
        }

        await RemoveAbandonedAsync(cancellationToken);
    }

    /// <summary>Runs podman to its end.</summary>
    public static Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default) =>
        ChildCommand.RunAsync(Start(arguments), cancellationToken: cancellationToken);

    /// <summary>How to start podman.</summary>
    public static ChildProcessStart Start(IReadOnlyList<string> arguments) =>
        new(LocalFolders.Installed(Podman), arguments) { Name = "container", Environment = Environment };

    /// <summary>Bytes of an image, its base included.</summary>
    public static async Task<long> SizeOfAsync(string tag, CancellationToken cancellationToken = default)
    {
        var result = await RunAsync(["image", "inspect", "--format", "{{.Size}}", tag], cancellationToken);
        return long.Parse(result.EnsureSuccess("podman image inspect").Output, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task RemoveAbandonedAsync(CancellationToken cancellationToken)
    {
        var list = await RunAsync(
            ["ps", "--all", "--filter", $"label={OwnerLabel}", "--format", $"{{{{.ID}}}} {{{{index .Labels \"{OwnerLabel}\"}}}}"],
            cancellationToken);
        foreach (var line in list.EnsureSuccess("podman ps").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var id, var owner] && !Directory.Exists($"/proc/{owner}"))
                await RunAsync(["rm", "--force", "--time", "0", id], cancellationToken);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Inherited(params string[] names) =>
        from name in names
        let value = System.Environment.GetEnvironmentVariable(name)
        where !string.IsNullOrEmpty(value)
        select new KeyValuePair<string, string>(name, value);

    private static string Tail(string text) => string.Join('\n', text.Trim().Split('\n').TakeLast(15));
}
