using System.Diagnostics;
using System.Runtime.CompilerServices;
using Bridge.Edge.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Tests.Spool;

/// <summary>A process that appends batches to a spool and reports each number that is committed, until it is killed.</summary>
internal static class SpoolChild
{
    private const string Folder = "EDGE_TESTS_SPOOL";
    private const string First = "EDGE_TESTS_SPOOL_FIRST";

    /// <summary>Starts this program as such a process; read its standard output.</summary>
    public static Process Start(string folder, int first) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { [Folder] = folder, [First] = $"{first}" },
    })!;

    // Runs before the program's own entry point, and never returns in a child. What it awaits runs in another module.
    [ModuleInitializer]
    internal static void RunInChild()
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { } folder)
            return;
        var options = new SpoolOptions { Directory = folder, MinFreeBytes = 0 };
        var spool = new BatchSpool(options, null, TimeProvider.System, NullLogger<BatchSpool>.Instance);
        spool.WaitForRoomAsync(CancellationToken.None).GetAwaiter().GetResult();
        for (var number = int.Parse(Environment.GetEnvironmentVariable(First)!, null); ; number++)
        {
            spool.AppendAsync(SomeEvents.Line(number), CancellationToken.None).GetAwaiter().GetResult();
            spool.CommitAsync(CancellationToken.None).GetAwaiter().GetResult();
            Console.Out.WriteLine(number);
            Console.Out.Flush();
        }
    }
}
