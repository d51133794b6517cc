using System.Text.Json.Nodes;
using Functions.Tests.Support;

namespace Functions.Tests.Aws;

/// <summary>Events as an HTTP API hands them to Lambda, payload format 2.0.</summary>
internal static class HttpEvents
{
    public static string Post(string body, bool isBase64Encoded = false) => new JsonObject
    {
        ["version"] = "2.0",
        ["routeKey"] = "POST /orders",
        ["rawPath"] = "/orders",
        ["rawQueryString"] = "source=web",
        ["headers"] = new JsonObject { ["content-type"] = "application/json", ["traceparent"] = Traces.Parent },
        ["requestContext"] = new JsonObject
        {
            ["accountId"] = "000000000000",
            ["http"] = new JsonObject { ["method"] = "POST", ["path"] = "/orders", ["protocol"] = "HTTP/1.1" },
            ["timeEpoch"] = 1_780_000_000_000,
        },
        ["body"] = isBase64Encoded ? Convert.ToBase64String(SomeOrder.Bytes(body).Span) : body,
        ["isBase64Encoded"] = isBase64Encoded,
    }.ToJsonString();
}
