using System.Text.Json;
using Local.Components;

namespace Infra.Tests.Validation;

/// <summary>The findings in a folder of templates, and in a copy of it for each planted mistake.</summary>
public abstract class ValidatedTemplates : IAsyncLifetime
{
    private readonly string _run = LocalFolders.NewRunFolder("templates");
    private readonly Dictionary<string, JsonElement> _reports = new(StringComparer.Ordinal);

    /// <summary>What the templates themselves hold, as the script describes it.</summary>
    internal JsonElement Templates => _reports[Source].GetProperty("templates");

    /// <summary>The folder, in the repository.</summary>
    internal string Source => Path.Combine(LocalFolders.Root, "infra", Folder);

    /// <summary>The folder's name below <c>infra</c>.</summary>
    protected abstract string Folder { get; }

    /// <summary>The script that checks it.</summary>
    protected abstract string Script { get; }

    private protected abstract IReadOnlyList<Mistake> Mistakes { get; }

    /// <summary>What is wrong in the templates themselves.</summary>
    internal IReadOnlyList<Finding> Findings() => FindingsIn(Source);

    /// <summary>What is found when a mistake is made.</summary>
    internal (Mistake Mistake, IReadOnlyList<Finding> Findings) FindingsOf(string name) =>
        (Mistakes.Single(mistake => mistake.Name == name), FindingsIn(CopyFor(name)));

    public async ValueTask InitializeAsync()
    {
        foreach (var mistake in Mistakes)
            mistake.Plant(Source, CopyFor(mistake.Name));
        foreach (var report in await Validator.RunAsync(Script, [Source, .. Mistakes.Select(mistake => CopyFor(mistake.Name))]))
            _reports[report.GetProperty("folder").GetString()!] = report;
    }

    public ValueTask DisposeAsync()
    {
        LocalFolders.RemoveRunFolder(_run);
        return ValueTask.CompletedTask;
    }

    private string CopyFor(string mistake) => Path.Combine(_run, mistake.Replace(' ', '-'));

    private IReadOnlyList<Finding> FindingsIn(string folder) => [.. _reports[folder].GetProperty("findings").EnumerateArray()
        .Select(finding => finding.Deserialize<Finding>(JsonSerializerOptions.Web)!)];
}
