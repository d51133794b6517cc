using Harness.Components;

namespace Integration.Tests.Components;

public sealed class ChildProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Children_die_with_a_parent_that_is_killed()
    {
        await using var parent = await ChildProcess.StartAsync(
            new ChildProcessStart(BuiltProgram.Path("infra/local/Local", "local"), "--components")
            {
                // A broker that is never connected to: only the emulators start.
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["RABBITMQ_URI"] = "amqp://127.0.0.1:1/",
                    ["TELEMETRY_LOCAL_DIR"] = LocalFolders.Local,
                },
            });
        await parent.WaitForLineAsync(line => line.StartsWith("Ready", StringComparison.Ordinal), Patience);
        var children = RunningChildrenOf(parent.Id);
        Assert.Equal(2, children.Count);

        await parent.KillAsync();

        var deadline = TimeProvider.System.GetTimestamp();
        while (children.Any(IsRunning))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < Patience, "children outlive their parent");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    [Fact]
    public async Task Nothing_of_the_parents_environment_reaches_a_child()
    {
        await using var process = await ChildProcess.StartAsync(
            new ChildProcessStart(
                "/usr/bin/env")
            { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIVEN"] = "1" } });
        await process.WaitForExitAsync(Patience);

        await process.WaitForLineAsync(line => line is "GIVEN=1", Patience);
        Assert.Equal(
            ChildProcessStart.CleanEnvironment.Keys.Append("GIVEN").Order(StringComparer.Ordinal),
            process.Lines.Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_line_that_never_comes_is_an_error_as_soon_as_the_process_has_ended()
    {
        await using var process = await ChildProcess.StartAsync(new ChildProcessStart("/usr/bin/echo", "something else"));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => process.WaitForLineAsync(line => line is "ready", Patience));

        Assert.Contains("something else", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_process_still_ends_on_request()
    {
        await using var process = await ChildProcess.StartAsync(new ChildProcessStart("/usr/bin/sleep", "60"));
        process.SendSignal(Signal.Stop);

        Assert.Equal(128 + (int)Signal.Terminate, await process.TerminateAsync());
    }

    [Fact]
    public async Task A_command_gets_its_input_and_gives_output_errors_and_exit_code()
    {
        var result = await ChildCommand.RunAsync(
            new ChildProcessStart("/bin/sh", "-c", "cat; echo no >&2; exit 3"), input: "yes");

        Assert.Equal(new CommandResult(3, "yes", "no\n"), result);
    }

    [Fact]
    public async Task A_command_that_does_not_end_is_killed()
    {
        var start = new ChildProcessStart("/usr/bin/sleep", "60");

        await Assert.ThrowsAsync<TimeoutException>(() => ChildCommand.RunAsync(start, timeout: TimeSpan.FromMilliseconds(200)));

        Assert.DoesNotContain(RunningChildrenOf(Environment.ProcessId), id => CommandLine(id) is "/usr/bin/sleep\060\0");
    }

    private static IReadOnlyList<int> RunningChildrenOf(int parent) =>
        [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && Status(id) is { } status && status.Parent == parent && status.State is not 'Z')];

    private static bool IsRunning(int id) => Status(id) is { State: not 'Z' };

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    // The fields after the name, which is in parentheses and may hold anything: state, parent.
    private static (char State, int Parent)? Status(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1]));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
