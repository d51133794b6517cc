using System.Globalization;
using Functions.Azure.Hosting;
using Functions.Tests.Support;
using Local.Components;
using Microsoft.AspNetCore.Builder;
using Telemetry;

namespace Functions.Tests.Azure;

/// <summary>The application that a custom handler is, in this process.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class CustomHandlerTests
{
    [Fact]
    public async Task Told_to_stop_it_sends_what_is_left()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var app = Create(FreePort.Next());
        await app.StartAsync();
        TelemetryQueue.Send("{\"late\":1}"u8);

        await app.StopAsync();

        Assert.Equal("{\"late\":1}", Assert.Single(SentEvent.Decode(telemetry.Queue.Messages)).Text);
    }

    private static WebApplication Create(int port)
    {
        const string Name = "FUNCTIONS_CUSTOMHANDLER_PORT";
        Environment.SetEnvironmentVariable(Name, port.ToString(CultureInfo.InvariantCulture));
        try
        {
            return CustomHandler.Create();
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }
}
