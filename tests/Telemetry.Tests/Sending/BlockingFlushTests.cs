using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Azure;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>
/// A host with a synchronisation context of one thread (a user interface, classic ASP.NET) that blocks on a flush: nothing in the
/// libraries may wait for that thread.
/// </summary>
public sealed class BlockingFlushTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_blocking_flush_to_Sqs_ends()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        AssertEnds(() => new SqsQueueConnector().OpenSender(sqs.Endpoint, TimeProvider.System));
        Assert.NotEmpty(sqs.Requests);
    }

    [Fact]
    public async Task A_blocking_flush_to_an_Azure_queue_ends()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        AssertEnds(() => new AzureQueueConnector().OpenSender(server.Queue, TimeProvider.System));
        Assert.NotEmpty(server.Requests);
    }

    [Fact]
    public async Task A_blocking_receive_and_its_settlement_end()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => context.Request.Method is "GET" ? Answers.Messages(context, "{}") : Answers.Stored(context));
        Assert.True(OnOneThread(() =>
        {
            Receive(new SqsQueueConnector().OpenReceiver(sqs.Endpoint, TimeProvider.System));
            Receive(new AzureQueueConnector().OpenReceiver(server.Queue, TimeProvider.System));
        }));
    }

    private static void Receive(IQueueReceiver queue)
    {
        var messages = queue.ReceiveAsync(1, TestTimeout, TimeSpan.Zero, CancellationToken.None).GetAwaiter().GetResult();
        queue.DeleteAsync(messages, CancellationToken.None).GetAwaiter().GetResult();
        queue.GetDepthAsync(CancellationToken.None).GetAwaiter().GetResult();
        queue.CheckAsync(CancellationToken.None).GetAwaiter().GetResult();
        queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static void AssertEnds(Func<IQueueSender> open) => Assert.True(OnOneThread(() =>
    {
        var client = new TelemetryClient(
            new TelemetryOptions { Queue = TestClient.Endpoint, Report = _ => { } }, open, TimeProvider.System);
        client.Send("{\"n\":1}"u8);
        Assert.True(client.FlushAsync(TestTimeout).GetAwaiter().GetResult().IsComplete);
        client.SendAsync("{\"n\":2}"u8.ToArray()).GetAwaiter().GetResult();
        client.Send("{\"n\":3}"u8);
        Assert.Equal(0, client.FlushInvocationAsync(TestTimeout).GetAwaiter().GetResult().Waiting);
        client.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }));

    // False when the work is still blocked after a while: its continuations wait for the thread that it blocks.
    private static bool OnOneThread(Action work)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new NeverPumped());
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        thread.Start();
        var ended = thread.Join(TestTimeout);
        Assert.Null(failure);
        return ended;
    }

    // Its one thread is blocked, so that nothing that is posted to it ever runs.
    private sealed class NeverPumped : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
