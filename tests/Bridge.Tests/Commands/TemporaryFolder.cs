namespace Bridge.Tests.Commands;

/// <summary>A folder of one test's own.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bridge-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public Task WriteAsync(string name, string text) => System.IO.File.WriteAllTextAsync(File(name), text);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
