using Harness.Components;

namespace Functions.Tests.Support;

/// <summary>The files of functions/samples.</summary>
internal static class Samples
{
    public static string Text(string name) =>
        File.ReadAllText(Path.Combine(LocalFolders.Root, "functions", "samples", $"{name}.json"));

    public static ReadOnlyMemory<byte> Bytes(string name) => SomeOrder.Bytes(Text(name));
}
