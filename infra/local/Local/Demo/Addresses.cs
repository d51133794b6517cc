using System.Text;
using Harness.Components;

namespace Local.Demo;

/// <summary>Where everything listens, with the lines that connect a function of one's own.</summary>
internal static class Addresses
{
    private const string Queue = LocalComponents.Queue;

    public static string Of(LocalComponents components)
    {
        var text = new StringBuilder()
            .AppendLine($"RabbitMQ     {components.RabbitMq.Uri}")
            .AppendLine($"Azure queue  {components.Azurite.QueueUrl(Queue)}")
            .AppendLine($"SQS queue    {components.Fauxqs.QueueUrl(Queue)}");
        AppendSender(text, "Azure", BridgeQueue.Of(components.Azurite, Queue));
        AppendSender(text, "SQS", BridgeQueue.Of(components.Fauxqs, Queue));
        return text.ToString().TrimEnd();
    }

    private static void AppendSender(StringBuilder text, string cloud, BridgeQueue queue)
    {
        text.AppendLine().AppendLine($"To send through {cloud} from a function of your own:");
        var variables = queue.SenderEnvironment()
            .OrderByDescending(variable => variable.Key.StartsWith("TELEMETRY", StringComparison.Ordinal))
            .ThenBy(variable => variable.Key, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            text.AppendLine($"  export {name}='{value}'");
    }
}
