namespace Support;

/// <summary>Files of the repository that tests read.</summary>
internal static class Repository
{
    internal static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Serverless.sln")))
            folder = folder.Parent;
        return Path.Combine(
            [folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository"), .. parts]);
    }
}
