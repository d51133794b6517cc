using Infra.Tests.Validation;

namespace Infra.Tests.Bicep;

/// <summary>The templates of <c>infra/azure</c>, and one copy for each mistake.</summary>
public sealed class BicepTemplates : ValidatedTemplates
{
    private const string Main = "main.bicep";
    private const string Alerts = "modules/alerts.bicep";
    private const string Bridge = "modules/bridge.bicep";
    private const string Functions = "modules/functions.bicep";
    private const string Network = "modules/network.bicep";
    private const string Queue = "modules/queue.bicep";
    private const string Vault = "modules/vault.bicep";

    internal static readonly Mistake[] All =
    [
        new("misspelt property", Queue, "minimumTlsVersion:", "minimalTlsVersion:", "no property minimalTlsVersion"),
        new("misspelt nested property", Bridge, "terminationGracePeriodSeconds:", "terminationGracePeriod:", "no property terminationGracePeriod"),
        new("misspelt property in a variable", Bridge, "keyVaultUrl: previousKeySecretUri", "keyVaultUri: previousKeySecretUri", "no property keyVaultUri"),
        new("misspelt property of a type written by hand", Alerts, "skipQueryValidation:", "skipValidation:", "no property skipValidation"),
        new("wrong type", Bridge, "queueLength: messagesPerReplica", "queueLength: '400'", "int is expected"),
        new("wrong type of a parameter's default", Main, "param minReplicas int = 1", "param minReplicas int = '1'", "int is expected"),
        new("wrong type of an output", Queue, "output accountId string = account.id", "output accountId int = account.id", "int is expected"),
        new("object instead of a list", Functions, "dependsOn: [\n    hostAccess\n  ]", "dependsOn: {}", "is expected, not object"),
        new("condition that is none", Network, "= if (!empty(brokerVirtualNetworkId))", "= if (brokerVirtualNetworkId)", "bool is expected"),
        new("unknown value", Functions, "name: 'custom'", "name: 'costum'", "'costum'"),
        new("unknown value of an allowed list", Main, "param redundancy string = 'Standard_ZRS'", "param redundancy string = 'Standard'", "not 'Standard'"),
        new("unknown value in a variable", Alerts, "operator: 'LessThan'", "operator: 'Less'", "'Less'"),
        new("name that is none", Functions, "name: 'payments'", "name: 'Payments'", "does not match"),
        new("missing reference", Bridge, "image: image", "image: bridgeImage", "there is no bridgeImage"),
        new("missing reference in a text", Vault, "'${keyVersion}:${encryptionKey}'", "'${version}:${encryptionKey}'", "there is no version"),
        new("missing property of a resource", Network, "output networkId string = network.id", "output networkId string = network.identity", "has no identity"),
        new("missing output of a module", Main, "bridgeId: bridge.outputs.appId", "bridgeId: bridge.outputs.id", "has no id"),
        new("missing property of a loop's item", Alerts, "metricName: alert.metric\n", "metricName: alert.metrics\n", "has no metrics"),
        new("missing function", Main, "uniqueString(resourceGroup().id)", "uniqueText(resourceGroup().id)", "no function uniqueText"),
        new("missing argument", Main, "toLower('${take(replace(name, '-', ''), 9)}fn${suffix}')", "toLower('${take(name)}fn${suffix}')", "take takes 2"),
        new("missing decorator", Main, "@secure()\nparam brokerUri", "@secret()\nparam brokerUri", "no decorator secret"),
        new("missing required property", Vault, "    tenantId: tenant().tenantId\n", "", "needs the property tenantId"),
        new("missing required resource property", Queue, "  kind: 'StorageV2'\n", "", "needs the property kind"),
        new("missing parent", Queue, "  parent: service\n", "", "needs the property parent"),
        new("wrong parent", Queue, "  parent: service\n", "  parent: account\n", "the parent of"),
        new("read-only property", Queue, "  kind: 'StorageV2'\n", "  kind: 'StorageV2'\n  type: 'Microsoft.Storage/storageAccounts'\n", "read-only"),
        new("property given twice", Queue, "  kind: 'StorageV2'\n", "  kind: 'StorageV2'\n  kind: 'StorageV2'\n", "given twice"),
        new("unknown module parameter", Main, "    email: alertEmail\n", "    mail: alertEmail\n", "no property mail"),
        new("missing module parameter", Main, "    redundancy: redundancy\n", "", "needs the property redundancy"),
        new("module parameter of another type", Main, "    partitions: partitions\n", "    partitions: string(partitions)\n", "int is expected"),
        new("missing module", Main, "'modules/logs.bicep'", "'modules/log.bicep'", "no module modules/log.bicep"),
        new("unknown resource type", Queue, "'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01'", "'Microsoft.Storage/storageAccounts/queueServices/queue@2025-01-01'", "no resource type"),
        new("unknown version", Bridge, "'Microsoft.App/containerApps@2025-01-01'", "'Microsoft.App/containerApps@2015-01-01'", "not 2015-01-01"),
        new("name declared twice", Vault, "param location string\n", "param location string\nparam location string\n", "declared twice"),
        new("unused parameter", Vault, "param location string\n", "param location string\nparam region string\n", "region is never used"),
        new("two properties in a line", Queue, "  kind: 'StorageV2'\n", "  kind: 'StorageV2' tags: {}\n", "needs a line of its own"),
        new("broken syntax", Queue, "resource queue '", "resource '", "no Bicep"),
    ];

    protected override string Folder => "azure";

    protected override string Script => "bicep.mjs";

    private protected override IReadOnlyList<Mistake> Mistakes => All;
}
