using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

public sealed class XRayTraceTests
{
    [Theory]
    [InlineData(
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01")]
    [InlineData(
        "Sampled=0; Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:2",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00")]
    [InlineData(
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
        "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00")]
    [InlineData("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", null)]
    [InlineData("Root=1-5759e988-BD862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", null)]
    [InlineData("Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", null)]
    [InlineData("Root=1-5759e988-request-1;Parent=x", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_trace_header_becomes_a_traceparent_or_nothing(string? header, string? expected) =>
        Assert.Equal(expected, XRayTrace.ToTraceParent(header));
}
