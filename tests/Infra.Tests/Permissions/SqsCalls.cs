using System.Reflection;
using Amazon.SQS;
using Telemetry.Aws;

namespace Infra.Tests.Permissions;

/// <summary>The actions of IAM that the code for SQS needs.</summary>
internal sealed class SqsCalls() : QueueCalls(typeof(SqsQueue))
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private Type Operations => Cloud.GetType("Telemetry.Aws.SqsOperation", throwOnError: true)!;

    /// <summary>The actions on a key of KMS that the remedies name for some actions on the queue.</summary>
    public IReadOnlyList<string> KeyActions(IEnumerable<string> actions)
    {
        var remedies = Cloud.GetType("Telemetry.Aws.SqsRemedies", throwOnError: true)!;
        var words = Names().Where(operation => actions.Contains(ActionOf(operation), StringComparer.Ordinal))
            .SelectMany(operation => ((string)remedies.GetMethod("KeyActions", Static)!.Invoke(null, [operation])!).Split(' '));
        return
        [
            .. words.Where(word => word.StartsWith("kms:", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> PermissionsIn(MethodBase request) => [.. OperationsIn(request).Select(ActionOf)];

    private protected override bool IsRequest(MethodBase method) => OperationsIn(method).Any();

    // The SDK names its methods after the operations.
    private static IEnumerable<string> OperationsIn(MethodBase method) => Instructions.Of(method).Methods
        .Where(
            called => called.DeclaringType == typeof(AmazonSQSClient) && called.Name.EndsWith("Async", StringComparison.Ordinal))
        .Select(called => called.Name[..^"Async".Length]);

    private IEnumerable<string> Names() =>
        Operations.GetFields(Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);

    private string ActionOf(string operation) => (string)Operations.GetMethod("ActionOf", Static)!.Invoke(null, [operation])!;
}
