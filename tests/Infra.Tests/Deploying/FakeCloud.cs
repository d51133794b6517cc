using Harness.Components;

namespace Infra.Tests.Deploying;

/// <summary>
/// Stands in for the clouds' command lines and the build: programs on the path that write their arguments down, keep the file of
/// parameters that they are given, and answer what they are told to.
/// </summary>
internal sealed class FakeCloud : IDisposable
{
    // $ANSWERS has lines 'pattern<tab>answer': the first whose pattern is part of the call is printed; '!' fails the call.
    private const string Program = """
        #!/usr/bin/env bash
        call="$(basename "$0") $*"
        printf '%s\n' "$call" >>"$FOLDER/calls"
        if [[ $call == *@*secrets.json* ]]; then cp "$(sed 's/.*@\([^ ]*secrets.json\).*/\1/' <<<"$call")" "$FOLDER/parameters"; fi
        if [[ $call == *file://* ]]; then cp "$(sed 's/.*file:\/\/\([^ ]*\).*/\1/' <<<"$call")" "$FOLDER/parameters"; fi
        if [[ $call == "dotnet publish"* ]]; then mkdir -p "${@: -1}"; echo program >"${@: -1}/program"; fi
        if [[ $call == zip* ]]; then touch "$2"; fi
        while IFS=$'\t' read -r pattern answer; do
            if [[ $call == *"$pattern"* ]]; then
                if [[ $answer == '!' ]]; then exit 1; fi
                printf '%s\n' "$answer"
                exit 0
            fi
        done <"$FOLDER/answers"
        """;

    private readonly string _folder = LocalFolders.NewRunFolder("deploy");

    public FakeCloud(params string[] answers)
    {
        var bin = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        foreach (var name in (string[])["az", "aws", "dotnet", "zip"])
        {
            var path = Path.Combine(bin, name);
            File.WriteAllText(path, Program);
            // On Windows nothing here runs.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllLines(Path.Combine(_folder, "answers"), answers);
        File.WriteAllText(Path.Combine(_folder, "calls"), "");
    }

    /// <summary>The calls in their order, each in one line.</summary>
    public IReadOnlyList<string> Calls => File.ReadAllLines(Path.Combine(_folder, "calls"));

    /// <summary>The file of parameters that the cloud was given.</summary>
    public string Parameters => File.ReadAllText(Path.Combine(_folder, "parameters"));

    /// <summary>Runs a script of <c>infra</c>.</summary>
    public Task<CommandResult> RunAsync(
        string script, IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments)
    {
        var all = new Dictionary<string, string>(environment, StringComparer.Ordinal)
        {
            ["FOLDER"] = _folder,
            ["TMPDIR"] = _folder,
            ["AWS_REGION"] = "eu-central-1",
            ["PATH"] = $"{Path.Combine(_folder, "bin")}:{ChildProcessStart.CleanEnvironment["PATH"]}",
        };
        var path = Path.Combine(LocalFolders.Root, "infra", script);
        return ChildCommand.RunAsync(
            new ChildProcessStart("/usr/bin/env", ["bash", path, .. arguments]) { Name = script, Environment = all });
    }

    /// <summary>What scripts left behind.</summary>
    public IEnumerable<string> Leftovers() => Directory.EnumerateDirectories(_folder, "tmp.*");

    public void Dispose() => LocalFolders.RemoveRunFolder(_folder);
}
