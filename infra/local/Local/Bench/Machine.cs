using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Harness.Components;

namespace Local.Bench;

/// <summary>Where and with what figures were taken.</summary>
internal static class Machine
{
    /// <summary>Processors, memory, system, versions and the commit, in one paragraph.</summary>
    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var processor = Value("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var memory = long.Parse(Value("/proc/meminfo", "MemTotal")!.Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024.0;
        var broker = Directory.EnumerateDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*").FirstOrDefault()
            ?.Split('-')[^1] ?? "unknown";
        var node = await RunAsync(LocalFolders.Node, ["--version"], cancellationToken);
        var commit = await RunAsync(
            "/usr/bin/git", ["-c", "safe.directory=*", "describe", "--always", "--dirty"], cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Environment.ProcessorCount} x {processor}, {memory:0.0} GiB, {RuntimeInformation.OSDescription}; .NET {Environment.Version}, RabbitMQ {broker}, RabbitMQ.Client {VersionOf(typeof(RabbitMQ.Client.IConnection))}, Node.js {node}; {TimeProvider.System.GetUtcNow():yyyy-MM-dd}, commit {commit}.
            """);
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string? Value(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim();

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await ChildCommand.RunAsync(new ChildProcessStart(program, arguments), cancellationToken: cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : "unknown";
    }
}
