using Telemetry.Tests.Support;

namespace Telemetry.Tests.Events;

/// <summary>The static front; its one client is shared by the process, so nothing else touches it.</summary>
public sealed class TelemetryQueueTests : IDisposable
{
    public void Dispose() => TelemetryQueue.Client = null;

    [Fact]
    public async Task The_front_sends_through_its_client()
    {
        await using var test = new TestClient();
        TelemetryQueue.Client = test.Client;

        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "built"));
        TelemetryQueue.Send("""{"ready":1}"""u8);
        await TelemetryQueue.SendAsync(TelemetryEvent.Audit("at once"));
        Assert.True((await TelemetryQueue.FlushAsync()).IsComplete);

        Assert.Equal(3, test.Events.Count);
    }

    [Fact]
    public async Task Without_a_client_sending_does_nothing_and_what_must_not_be_lost_throws()
    {
        TelemetryQueue.Client = null;

        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "nobody listens"));
        TelemetryQueue.Send("""{"ready":1}"""u8);

        Assert.True((await TelemetryQueue.FlushAsync()).IsComplete);
        await Assert.ThrowsAsync<InvalidOperationException>(() => TelemetryQueue.SendAsync("{}"u8.ToArray()));
    }
}
