namespace Bridge.Tools;

/// <summary>The output of an export, which contains payloads.</summary>
internal static class ExportFile
{
    /// <summary>Opens a file, or standard output. Only the owner may read a new file.</summary>
    /// <param name="file">The file; null for standard output.</param>
    public static BufferedStream Create(string? file)
    {
        if (file is null)
            return new BufferedStream(Console.OpenStandardOutput());
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new BufferedStream(new FileStream(file, options));
    }
}
