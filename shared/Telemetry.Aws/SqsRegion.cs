namespace Telemetry.Aws;

/// <summary>The region that a request is signed for.</summary>
internal static class SqsRegion
{
    private const string Default = "us-east-1";

    /// <summary>
    /// Reads the region out of the host name: <c>sqs.REGION.amazonaws.com</c> and its FIPS, VPC endpoint, China and dual-stack
    /// forms, and the older <c>REGION.queue.amazonaws.com</c>. AWS's names without a region, <c>queue.amazonaws.com</c> and
    /// <c>sqs.amazonaws.com</c>, belong to us-east-1. Any other host is an emulator's: <c>AWS_REGION</c>,
    /// <c>AWS_DEFAULT_REGION</c> or us-east-1, which emulators take without looking.
    /// </summary>
    public static string Of(string host, Func<string, string?> environment)
    {
        var labels = host.ToLowerInvariant().Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is "sqs" or "sqs-fips" && i + 1 < labels.Length && IsRegion(labels[i + 1]))
                return labels[i + 1];
            if (labels[i] is "queue" && i > 0 && IsRegion(labels[i - 1]))
                return labels[i - 1];
        }

        return labels is [.., "amazonaws", "com"] or [.., "amazonaws", "com", ""] ? Default : FromEnvironment(environment);
    }

    private static string FromEnvironment(Func<string, string?> environment) =>
        environment("AWS_REGION") is { Length: > 0 } region ? region
        : environment("AWS_DEFAULT_REGION") is { Length: > 0 } fallback ? fallback
        : Default;

    /// <summary>eu-central-1, us-gov-west-1, us-iso-east-1: words and a number, so that <c>sqs.localhost</c> has none.</summary>
    private static bool IsRegion(string label) => label.AsSpan().Count('-') >= 2 && char.IsAsciiDigit(label[^1]);
}
