namespace Local.Demo;

/// <summary>The command line.</summary>
/// <param name="Once">End after the summary.</param>
/// <param name="ComponentsOnly">Start broker and queues, nothing of the project's own.</param>
internal sealed record LocalOptions(bool Once, bool ComponentsOnly)
{
    public const string Usage = """
        usage: run [--once | --components]

          (nothing)     the demo; it stays up until Ctrl-C
          --once        the demo; it ends after the summary, with 0 only if nothing was lost
          --components  broker and queue emulators alone, until Ctrl-C
        """;

    /// <summary>False for anything that is not in <see cref="Usage"/>.</summary>
    public static bool TryParse(IReadOnlyList<string> arguments, out LocalOptions options)
    {
        options = new LocalOptions(arguments is ["--once"], arguments is ["--components"]);
        return arguments is [] || options.Once || options.ComponentsOnly;
    }
}
