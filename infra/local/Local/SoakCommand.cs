using System.Globalization;
using Harness.Components;
using Harness.Containers;

namespace Local;

/// <summary><c>soak</c>: builds the image and runs <see cref="Soak"/> over components of its own.</summary>
internal static class SoakCommand
{
    private const string Image = "localhost/telemetry-bridge:soak";
    private const int StandardEvents = 100_000;

    /// <returns>0 when nothing was lost; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var events = StandardEvents;
        if (arguments.Count > 1
            || (
                arguments.Count == 1 && (
                    !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out events) || events < 100)))
        {
            await Console.Error.WriteLineAsync("usage: soak [EVENTS]   100 or more; default 100000");
            return 2;
        }

        // This process's own SQS client takes its credentials as every caller's does.
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);
        Console.WriteLine("building the image");
        await ContainerEngine.BuildAsync(Image, cancellationToken);
        await using var rabbitMq = await RabbitMqServer.StartAsync(cancellationToken);
        await using var fauxqs = await FauxqsServer.StartAsync(cancellationToken: cancellationToken);
        Console.WriteLine($"{events:N0} events through a container that is stopped and replaced");
        Console.WriteLine(await new Soak(rabbitMq, fauxqs, Image).RunAsync(events, cancellationToken: cancellationToken));
        return 0;
    }
}
