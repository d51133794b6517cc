using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Functions.Tests.Support;
using Harness.Components;
using Harness.Functions;

namespace Functions.Tests.Azure;

/// <summary>Invocations that are cancelled, and workers that are told to end, killed, or left alone.</summary>
[Collection(WorkerCollection.Name)]
public sealed class WorkerEndTests(PublishedWorker worker, SharedAzurite azurite)
{
    private const string Refused = "logs order refused, metrics orders.refused, traces create-order";

    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_cancelled_invocation_ends_at_once()
    {
        await using var frozen = await AzuriteServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(frozen);
        await using var host = await worker.StartAsync(queue.SenderEnvironment, flushBudget: "250");
        frozen.Freeze();
        var call = FunctionCall.FromMessage("ProcessPayment", Samples.Text("payment"));

        var watch = Stopwatch.StartNew();
        var invocation = host.InvokeAsync(call);
        while (!invocation.IsCompleted && watch.Elapsed < TestTimeout)
        {
            // Again and again: one that comes before the function runs is ignored.
            host.Cancel(call);
            await Task.WhenAny(invocation, Task.Delay(Pause, TimeProvider.System));
        }

        Assert.True(invocation.IsCompleted);
        Assert.EndsWith("was canceled.", (await invocation).Result.Exception.Message, StringComparison.Ordinal);
        frozen.Thaw();
    }

    [Fact]
    public async Task Told_to_end_the_worker_sends_what_the_invocations_under_way_have_left()
    {
        await using var freezing = await AzuriteServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(freezing);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);
        freezing.Freeze();
        using var call = await host.PostAsync("CreateOrder", "api/orders", "{}");

        host.Terminate();
        await UntilClosedAsync(host.HttpAddress!.Port);
        freezing.Thaw();

        Assert.Equal(0, await host.Worker.WaitForExitAsync(TestTimeout));
        Assert.Equal(Refused, DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())));
    }

    [Fact]
    public async Task A_worker_whose_host_is_gone_ends_when_it_is_told_to_and_loses_nothing()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);
        using var call = await host.PostAsync("CreateOrder", "api/orders", "{}");

        await host.AbortAsync();
        // It does not notice: whoever started it ends it.
        Assert.False(host.Worker.HasExited);

        Assert.Equal(0, await host.Worker.TerminateAsync(TestTimeout));
        Assert.Equal(Refused, DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())));
    }

    [Fact]
    public async Task A_worker_that_is_killed_right_after_an_invocation_loses_nothing()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        using var call = await host.PostAsync("CreateOrder", "api/orders", SomeOrder.Small);
        await call.Invocation;
        await host.Worker.KillAsync();

        Assert.Equal(5, DecodedEvent.Decode(await queue.TakeAsync()).Count);
    }

    // The server has stopped: what the worker still does is its last flush.
    private static async Task UntilClosedAsync(int port)
    {
        using var bound = new CancellationTokenSource(TestTimeout, TimeProvider.System);
        try
        {
            while (true)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, bound.Token);
                await Task.Delay(Pause, TimeProvider.System, bound.Token);
            }
        }
        catch (SocketException)
        {
        }
    }
}
