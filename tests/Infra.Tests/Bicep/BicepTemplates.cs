using System.Text.Json;
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
        new(
            "misspelt property", Queue, "minimumTlsVersion:", "minimalTlsVersion:",
            "property \"minimalTlsVersion\" is not allowed"),
        new(
            "misspelt nested property", Bridge, "terminationGracePeriodSeconds:", "terminationGracePeriod:",
            "property \"terminationGracePeriod\" is not allowed"),
        new(
            "misspelt property in a variable", Bridge, "keyVaultUrl: previousKeySecretUri", "keyVaultUri: previousKeySecretUri",
            "property \"keyVaultUri\" is not allowed"),
        new(
            "misspelt property of an alert", Alerts, "skipQueryValidation:", "skipValidation:",
            "property \"skipValidation\" is not allowed"),
        new(
            "wrong type", Bridge, "queueLength: messagesPerReplica", "queueLength: '400'",
            "BCP036: The property \"queueLength\" expected a value of type \"int"),
        new(
            "wrong type of a parameter's default", Main, "param minReplicas int = 1", "param minReplicas int = '1'",
            "BCP033: Expected a value of type \"int\""),
        new(
            "wrong type of an output", Queue, "output accountId string = account.id", "output accountId int = account.id",
            "BCP033: Expected a value of type \"int\""),
        new(
            "object instead of a list", Functions, "dependsOn: [\n    hostAccess\n  ]", "dependsOn: {}",
            "BCP036: The property \"dependsOn\""),
        new(
            "condition that is none", Network, "= if (!empty(brokerVirtualNetworkId))", "= if (brokerVirtualNetworkId)",
            "BCP046: Expected a value of type \"bool\""),
        new("unknown value", Functions, "name: 'dotnet-isolated'", "name: 'dotnet-isolate'", "'dotnet-isolate' is no value"),
        new(
            "unknown value of an allowed list", Main, "param redundancy string = 'Standard_ZRS'",
            "param redundancy string = 'Standard'", "is of type \"'Standard'\""),
        new("unknown value in a variable", Alerts, "operator: 'LessThan'", "operator: 'Less'", "'Less' is no value"),
        new("name that is none", Functions, "name: 'payments'", "name: 'Payments'", "'Payments' is no name of a queue"),
        new("missing reference", Bridge, "image: image", "image: bridgeImage", "BCP057: The name \"bridgeImage\" does not exist"),
        new(
            "missing reference in a text", Vault, "'${keyVersion}:${encryptionKey}'", "'${version}:${encryptionKey}'",
            "BCP057: The name \"version\" does not exist"),
        new(
            "missing property of a resource", Network, "output networkId string = network.id",
            "output networkId string = network.identity", "BCP187: The property \"identity\" does not exist"),
        new(
            "missing output of a module", Main, "bridgeId: bridge.outputs.appId", "bridgeId: bridge.outputs.id",
            "BCP053: The type \"outputs\" does not contain property \"id\""),
        new(
            "missing property of a loop's item", Alerts, "metricName: alert.metric\n", "metricName: alert.metrics\n",
            "does not contain property \"metrics\""),
        new(
            "missing function", Main, "uniqueString(resourceGroup().id)", "uniqueText(resourceGroup().id)",
            "BCP057: The name \"uniqueText\" does not exist"),
        new(
            "missing argument", Main, "toLower('${take(replace(name, '-', ''), 9)}fn${suffix}')",
            "toLower('${take(name)}fn${suffix}')", "BCP071: Expected 2 arguments"),
        new(
            "missing decorator", Main, "@secure()\nparam brokerUri", "@secret()\nparam brokerUri",
            "BCP082: The name \"secret\" does not exist"),
        new(
            "missing required property", Vault, "    tenantId: tenant().tenantId\n", "",
            "missing the following required properties: \"tenantId\""),
        new(
            "missing required resource property", Queue, "  kind: 'StorageV2'\n", "",
            "missing the following required properties: \"kind\""),
        new("missing parent", Queue, "  parent: service\n", "", "names no parent"),
        new("wrong parent", Queue, "  parent: service\n", "  parent: account\n", "BCP036: The property \"parent\""),
        new(
            "read-only property", Queue, "  kind: 'StorageV2'\n",
            "  kind: 'StorageV2'\n  type: 'Microsoft.Storage/storageAccounts'\n", "BCP073: The property \"type\" is read-only"),
        new(
            "property given twice", Queue, "  kind: 'StorageV2'\n", "  kind: 'StorageV2'\n  kind: 'StorageV2'\n",
            "BCP025: The property \"kind\" is declared multiple times"),
        new(
            "unknown module parameter", Main, "    email: alertEmail\n", "    mail: alertEmail\n",
            "property \"mail\" is not allowed"),
        new(
            "missing module parameter", Main, "    redundancy: redundancy\n", "",
            "missing the following required properties: \"redundancy\""),
        new(
            "module parameter of another type", Main, "    partitions: partitions\n", "    partitions: string(partitions)\n",
            "BCP036: The property \"partitions\" expected a value of type \"int\""),
        new("missing module", Main, "'modules/logs.bicep'", "'modules/log.bicep'", "BCP091"),
        new(
            "unknown resource type", Queue, "'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01'",
            "'Microsoft.Storage/storageAccounts/queueServices/queue@2025-01-01'", "BCP081"),
        new(
            "unknown version", Bridge, "'Microsoft.App/containerApps@2025-01-01'", "'Microsoft.App/containerApps@2015-01-01'",
            "BCP081"),
        new(
            "name declared twice", Vault, "param location string\n", "param location string\nparam location string\n",
            "BCP028: Identifier \"location\""),
        new(
            "unused parameter", Vault, "param location string\n", "param location string\nparam region string\n",
            "no-unused-params: Parameter \"region\""),
        new(
            "two properties in a line", Queue, "  kind: 'StorageV2'\n", "  kind: 'StorageV2' tags: {}\n",
            "BCP236: Expected a new line"),
        new("broken syntax", Queue, "resource queue '", "resource '", "BCP017: Expected a resource identifier"),
    ];

    protected override string Folder => "azure";

    private protected override IReadOnlyList<Mistake> Mistakes => All;

    private protected override async Task<IReadOnlyList<Report>> CheckAsync(string run, IReadOnlyList<string> folders)
    {
        // In one process, because the types take seconds to load.
        var findings = await BicepCompiler.BuildAsync(run);
        return [.. folders.Select(folder => ReportOf(folder, findings))];
    }

    private static Report ReportOf(string folder, IReadOnlyList<Finding> findings)
    {
        var templates = Directory.EnumerateFiles(folder, "*.bicep", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(folder, file), Json: Path.ChangeExtension(file, ".json")))
            .Where(file => File.Exists(file.Json))
            .ToDictionary(file => file.Name, file => Read(file.Json), StringComparer.Ordinal);
        var compiled = findings.Where(
            finding => finding.File.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Select(finding => finding with { File = Path.GetRelativePath(folder, finding.File) });
        var broken = templates.SelectMany(template => CompiledRules.Broken(template.Value)
            .Select(message => new Finding(template.Key, Line: 0, "Error", message)));
        return new Report(folder, [.. compiled, .. broken], templates);
    }

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }
}
