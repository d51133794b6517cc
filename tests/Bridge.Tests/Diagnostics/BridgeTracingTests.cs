using System.Diagnostics;
using Bridge.Core.Pipeline;
using Bridge.Core.Diagnostics;
using Bridge.Core.Routing;

namespace Bridge.Tests.Diagnostics;

/// <summary>Spans of publishing. What the process's listeners are is shared: the collection keeps other tests away.</summary>
[Collection(nameof(BridgeTracingTests))]
[CollectionDefinition(nameof(BridgeTracingTests), DisableParallelization = true)]
public sealed class BridgeTracingTests
{
    [Fact]
    public void Without_a_listener_nothing_is_allocated()
    {
        var events = Events(1_000, index => index);
        BridgeTracing.StartPublish("telemetry", "batch", events)?.Dispose();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Assert.Null(BridgeTracing.StartPublish("telemetry", "batch", events));

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_batch_links_to_each_of_its_functions_once_and_to_a_bounded_number()
    {
        using var listener = Listen();

        using var few = BridgeTracing.StartPublish("telemetry", "batch", [.. Events(100, index => index % 3), new RoutedEvent(default, 7, "key", "no traceparent")]);
        using var many = BridgeTracing.StartPublish("telemetry", "batch", Events(1_000, index => index));

        Assert.Equal(3, few!.Links.Count());
        Assert.Equal(32, many!.Links.Count());
        Assert.Equal(1_000, many.GetTagItem("messaging.batch.message_count"));
        Assert.Equal("rabbitmq", many.GetTagItem("messaging.system"));
    }

    private static List<RoutedEvent> Events(int count, Func<int, int> function) =>
        [.. Enumerable.Range(0, count).Select(index => new RoutedEvent(default, index, "key", $"00-{function(index) + 1:x32}-{1:x16}-01"))];

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == MessagingAttributes.Scope,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
