using System.Text.Json;
using Harness.Components;

namespace Infra.Tests.Validation;

/// <summary>The findings in a folder of templates, and in a copy of it for each planted mistake.</summary>
public abstract class ValidatedTemplates : IAsyncLifetime
{
    private readonly string _run = LocalFolders.NewRunFolder("templates");
    private Dictionary<string, Report> _reports = [];

    /// <summary>What the templates themselves hold, file by file, as the check describes it.</summary>
    internal IReadOnlyDictionary<string, JsonElement> Templates => _reports[Original].Templates;

    /// <summary>The folder, in the repository.</summary>
    internal string Source => Path.Combine(LocalFolders.Root, "infra", Folder);

    /// <summary>The folder's name below <c>infra</c>.</summary>
    protected abstract string Folder { get; }

    private protected abstract IReadOnlyList<Mistake> Mistakes { get; }

    // A copy as well: a check may write beside the templates.
    private string Original => CopyFor("original");

    /// <summary>What is wrong in the templates themselves.</summary>
    internal IReadOnlyList<Finding> Findings() => _reports[Original].Findings;

    /// <summary>What is found when a mistake is made.</summary>
    internal (Mistake Mistake, IReadOnlyList<Finding> Findings) FindingsOf(string name) =>
        (Mistakes.Single(mistake => mistake.Name == name), _reports[CopyFor(name)].Findings);

    /// <summary>Copies the folder and gives the copy's path; it goes when the tests end.</summary>
    internal string CopyOfSource(string name)
    {
        FolderCopy.Make(Source, CopyFor(name));
        return CopyFor(name);
    }

    public async ValueTask InitializeAsync()
    {
        CopyOfSource("original");
        foreach (var mistake in Mistakes)
            mistake.Plant(Source, CopyFor(mistake.Name));
        var reports = await CheckAsync(_run, [Original, .. Mistakes.Select(mistake => CopyFor(mistake.Name))]);
        _reports = reports.ToDictionary(report => report.Folder, StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        LocalFolders.RemoveRunFolder(_run);
        return ValueTask.CompletedTask;
    }

    /// <summary>Checks the folders, all below one, and gives a report for each.</summary>
    private protected abstract Task<IReadOnlyList<Report>> CheckAsync(string run, IReadOnlyList<string> folders);

    private string CopyFor(string name) => Path.Combine(_run, name.Replace(' ', '-'));
}
