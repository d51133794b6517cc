using Harness.Components;

namespace Integration.Tests.EndToEnd;

/// <summary>A file of JSON Lines that lives as long as a test needs it.</summary>
internal sealed class EventFile : IDisposable
{
    private readonly string _folder = LocalFolders.NewRunFolder("events");

    private EventFile()
    {
    }

    /// <summary>Where it is.</summary>
    public string Path => System.IO.Path.Combine(_folder, "events.jsonl");

    /// <summary>Writes events, one after the other.</summary>
    public static EventFile Write(IEnumerable<byte[]> events)
    {
        var file = new EventFile();
        using var stream = new BufferedStream(File.Create(file.Path), 1024 * 1024);
        foreach (var json in events)
        {
            stream.Write(json);
            stream.WriteByte((byte)'\n');
        }

        return file;
    }

    public void Dispose() => LocalFolders.RemoveRunFolder(_folder);
}
