using System.Text.Json.Nodes;

namespace Functions.Tests.Aws;

/// <summary>Events as SQS's event source mapping and EventBridge hand them to Lambda.</summary>
internal static class QueueAndTimerEvents
{
    public static string Sqs(params string[] bodies) => new JsonObject
    {
        ["Records"] = new JsonArray([.. bodies.Select(Record)]),
    }.ToJsonString();

    public static string Scheduled() => new JsonObject
    {
        ["version"] = "0",
        ["id"] = "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        ["detail-type"] = "Scheduled Event",
        ["source"] = "aws.events",
        ["account"] = "000000000000",
        ["time"] = "2026-11-20T01:00:00Z",
        ["region"] = "us-east-1",
        ["resources"] = new JsonArray("arn:aws:events:us-east-1:000000000000:rule/daily"),
        ["detail"] = new JsonObject(),
    }.ToJsonString();

    private static JsonNode Record(string body, int index) => new JsonObject
    {
        ["messageId"] = $"m-{index + 1}",
        ["receiptHandle"] = "AQEB",
        ["body"] = body,
        ["attributes"] = new JsonObject
        {
            ["ApproximateReceiveCount"] = "3",
            ["SentTimestamp"] = "1780000000000",
            ["AWSTraceHeader"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        },
        ["messageAttributes"] = new JsonObject(),
        ["md5OfBody"] = "e4e68fb7bd0e697a0ae8f1bb342846b3",
        ["eventSource"] = "aws:sqs",
        ["eventSourceARN"] = "arn:aws:sqs:us-east-1:000000000000:payments",
        ["awsRegion"] = "us-east-1",
    };
}
