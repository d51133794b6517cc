using Infra.Tests.Validation;

namespace Infra.Tests.CloudFormation;

/// <summary>The templates of <c>infra/aws</c>, and one copy for each mistake.</summary>
public sealed class CloudFormationTemplates : ValidatedTemplates
{
    internal static readonly Mistake[] All =
    [
        new(
            "misspelt property", "queue.yaml", "ReceiveMessageWaitTimeSeconds", "RecieveMessageWaitTimeSeconds",
            "RecieveMessageWaitTimeSeconds"),
        new(
            "misspelt nested property", "bridge.yaml", "ReadonlyRootFilesystem", "ReadOnlyRootFilesystem",
            "ReadOnlyRootFilesystem"),
        new(
            "misspelt resource type", "bridge.yaml", "AWS::ECS::TaskDefinition", "AWS::ECS::TaskDefinitions",
            "AWS::ECS::TaskDefinitions"),
        new("wrong type", "bridge.yaml", "StopTimeout: 45", "StopTimeout: soon", "StopTimeout"),
        new(
            "list instead of a value", "functions.yaml", "Description: Takes an order over HTTP.",
            "Description: [Takes an order]", "Description"),
        new(
            "value out of range", "queue.yaml", "ReceiveMessageWaitTimeSeconds: 20", "ReceiveMessageWaitTimeSeconds: 40",
            "maximum of 20"),
        new("unknown value", "functions.yaml", "AuthType: AWS_IAM", "AuthType: IAM", "AuthType"),
        new(
            "missing reference", "bridge.yaml", "RetentionInDays: !Ref LogRetentionDays", "RetentionInDays: !Ref LogDays",
            "LogDays"),
        new("missing attribute", "queue.yaml", "Value: !GetAtt Queue.QueueName", "Value: !GetAtt Queue.Name", "Name"),
        new("missing condition", "network.yaml", "Condition: HasBrokerGroup", "Condition: HasGroup", "HasGroup"),
        new("missing required property", "bridge.yaml", "      PolicyType: TargetTrackingScaling\n", "", "PolicyType"),
        new(
            "missing key of a map", "bridge.yaml", "!FindInMap [Lease, !Ref LeaseSeconds, Time]",
            "!FindInMap [Leases, !Ref LeaseSeconds, Time]", "Leases"),
        new(
            "unknown module parameter", "main.yaml", "        BrokerCidr: !Ref BrokerCidr\n",
            "        BrokerCidrs: !Ref BrokerCidr\n", "no parameter BrokerCidrs"),
        new(
            "missing module parameter", "main.yaml", "        BrokerCidr: !Ref BrokerCidr\n", "",
            "needs the parameter BrokerCidr"),
        new(
            "missing module output", "main.yaml", "Value: !GetAtt Secrets.Outputs.KeyArn", "Value: !GetAtt Secrets.Outputs.Key",
            "no output Key"),
        new("missing module", "main.yaml", "TemplateURL: alarms.yaml", "TemplateURL: alarm.yaml", "alarm.yaml"),
        new(
            "broken syntax", "alarms.yaml", "AlarmActions: [!Ref Topic]\n\nOutputs:", "AlarmActions: [!Ref Topic\n\nOutputs:",
            ""),
    ];

    protected override string Folder => "aws";

    private protected override IReadOnlyList<Mistake> Mistakes => All;

    private protected override Task<IReadOnlyList<Report>> CheckAsync(string run, IReadOnlyList<string> folders) =>
        CloudFormationRules.CheckAsync(folders);
}
