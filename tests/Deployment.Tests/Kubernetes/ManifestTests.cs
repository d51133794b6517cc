using System.Text.RegularExpressions;
using Harness.Components;

namespace Deployment.Tests.Kubernetes;

/// <summary>The manifests of <c>infra/kubernetes</c>.</summary>
public sealed partial class ManifestTests
{
    private static readonly (string File, string Right, string Wrong)[] PlantedInTypes =
    [
        ("base/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true"),
        ("base/deployment.yaml", "terminationGracePeriodSeconds: 35", "terminationGracePeriodSeconds: soon"),
        ("base/deployment.yaml", "  selector:\n    matchLabels:\n      app.kubernetes.io/name: bridge\n", ""),
        ("base/deployment.yaml", "periodSeconds: 10", "periodSecond: 10"),
        ("base/deployment.yaml", "whenUnsatisfiable: ScheduleAnyway", "whenUnsatisfiable: Whatever"),
        ("base/deployment.yaml", "kind: Deployment", "kind: Deploiment"),
        ("base/service.yaml", "port: 8080", "port: eighty"),
        ("base/poddisruptionbudget.yaml", "unhealthyPodEvictionPolicy", "unhealthyPodsEvictionPolicy"),
        ("base/networkpolicy.yaml", "policyTypes", "policyType"),
        ("azure-queue/scaledobject.yaml", "maxReplicaCount: 10", "maxReplicas: 10"),
        ("azure-queue/scaledobject.yaml", "queueLength: \"1000\"", "queueLength: 1000"),
        ("aws-sqs/triggerauthentication.yaml", "identityOwner: workload", "identityowner: workload"),
        ("aws-sqs/configmap.yaml", "data:", "data: {"),
    ];

    public static TheoryData<string> Overlays => [.. Manifests.Overlays];

    [Fact]
    public async Task Every_manifest_has_the_types_that_Kubernetes_and_KEDA_know()
    {
        var files = await Yaml.JudgeAsync(Manifests.Files);

        Assert.True(files.Count > 12);
        Assert.All(files, file => Assert.Empty(file.Errors));
    }

    [Fact]
    public async Task Every_planted_mistake_in_a_type_is_found()
    {
        var folder = LocalFolders.NewRunFolder("planted");
        try
        {
            var copies = new List<string>();
            foreach (var (index, (file, right, wrong)) in PlantedInTypes.Index())
            {
                var text = await File.ReadAllTextAsync(Path.Combine(LocalFolders.Root, "infra", "kubernetes", file));
                Assert.Contains(right, text, StringComparison.Ordinal);
                copies.Add(Path.Combine(folder, $"{index}.yaml"));
                await File.WriteAllTextAsync(copies[^1], text.Replace(right, wrong, StringComparison.Ordinal));
            }

            var found = await Yaml.JudgeAsync(copies);

            Assert.All(
                found.Zip(PlantedInTypes),
                pair => Assert.True(pair.First.Errors.Count > 0, $"'{pair.Second.Wrong}' was not found"));
        }
        finally
        {
            LocalFolders.RemoveRunFolder(folder);
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Objects_agree_with_each_other_and_with_the_bridge_s_options(string overlay) =>
        Assert.Empty(Agreement.Problems(await Manifests.ReadAsync(overlay)));

    [Theory]
    [InlineData("base/kustomization.yaml", "service.yaml", "services.yaml", "services.yaml, which is not there")]
    [InlineData("aws-sqs/kustomization.yaml", "kind: Deployment", "kind: StatefulSet", "StatefulSet bridge, which nothing makes")]
    [InlineData(
        "aws-sqs/kustomization.yaml", "name: telemetry-bridge", "name: telemetry-bridges",
        "the image telemetry-bridges, which nothing runs")]
    [InlineData(
        "base/deployment.yaml", "      labels:\n        app.kubernetes.io/name: bridge",
        "      labels:\n        app.kubernetes.io/name: bridges", "does not select its own pods")]
    [InlineData(
        "base/deployment.yaml", "serviceAccountName: bridge", "serviceAccountName: default",
        "ServiceAccount default is made by nothing")]
    [InlineData(
        "base/deployment.yaml", "secretRef:\n                name: bridge", "secretRef:\n                name: broker",
        "Secret broker is made by nothing")]
    [InlineData("base/deployment.yaml", "- name: http", "- name: web", "the port 'http' is none of the container's")]
    [InlineData(
        "base/service.yaml", "    app.kubernetes.io/name: bridge\n  ports", "    app: bridge\n  ports",
        "Service's selector {\"app\":\"bridge\"} selects no pod")]
    [InlineData(
        "base/networkpolicy.yaml", "app.kubernetes.io/name: bridge", "app.kubernetes.io/name: bridgehead",
        "NetworkPolicy's selector")]
    [InlineData(
        "aws-sqs/scaledobject.yaml", "scaleTargetRef:\n    name: bridge", "scaleTargetRef:\n    name: worker",
        "the Deployment worker, which nothing makes")]
    [InlineData("aws-sqs/scaledobject.yaml", "/telemetry\n", "/telemetry-2\n", "which the bridge does not receive from")]
    [InlineData("aws-sqs/triggerauthentication.yaml", "name: bridge", "name: role", "TriggerAuthentication is made by nothing")]
    [InlineData("aws-sqs/configmap.yaml", "Bridge__Queues__0__Url", "Bridge__Queues__0__Uri", "Uri")]
    [InlineData("secret.example.yaml", "Bridge__RabbitMq__Uri", "Bridge_RabbitMq__Uri", "Bridge_RabbitMq is no section")]
    public async Task A_planted_disagreement_is_found(string file, string right, string wrong, string problem)
    {
        var planted = await Manifests.ReadAsync(
            "aws-sqs", (name, text) => name == file ? text.Replace(right, wrong, StringComparison.Ordinal) : text);

        Assert.Contains(Agreement.Problems(planted), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_has_no_right_that_it_does_not_need()
    {
        var deployment = Assert.Single((await Manifests.ReadAsync("aws-sqs")).OfKind("Deployment"));
        var pod = deployment.At("spec", "template", "spec");
        var container = Assert.Single(pod.At("containers").Items());

        // Kubernetes' standard "restricted", and a file system that nobody writes to.
        Assert.Equal("true", pod.At("securityContext", "runAsNonRoot").Text());
        Assert.Equal("RuntimeDefault", pod.At("securityContext", "seccompProfile", "type").Text());
        Assert.Equal("false", container.At("securityContext", "allowPrivilegeEscalation").Text());
        Assert.Equal("true", container.At("securityContext", "readOnlyRootFilesystem").Text());
        Assert.Equal("ALL", Assert.Single(container.At("securityContext", "capabilities", "drop").Items()).Text());
        Assert.Equal("false", pod.At("automountServiceAccountToken").Text());
        Assert.Empty(pod.At("volumes").Items());
    }

    [Fact]
    public async Task User_and_port_are_the_image_s_and_a_stop_has_the_time_that_it_takes()
    {
        var image = await File.ReadAllTextAsync(Path.Combine(LocalFolders.Root, "infra", "container", "Containerfile"));
        var deployment = Assert.Single((await Manifests.ReadAsync("azure-queue")).OfKind("Deployment"));
        var pod = deployment.At("spec", "template", "spec");

        Assert.Contains(
            $"USER {pod.At("securityContext", "runAsUser").Text()}:{pod.At("securityContext", "runAsGroup").Text()}\n",
            image,
            StringComparison.Ordinal);
        Assert.Contains(
            $"Bridge__Http__Url=http://+:{pod.At("containers", 0, "ports", 0, "containerPort").Text()} ",
            image,
            StringComparison.Ordinal);

        // As docs/reliability.md promises it.
        var reliability = await File.ReadAllTextAsync(Path.Combine(LocalFolders.Root, "docs", "reliability.md"));
        var seconds = int.Parse(
            LongestStop().Match(reliability).Groups["seconds"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(pod.At("terminationGracePeriodSeconds")!.GetValue<int>(), seconds + 5, 60);
    }

    [GeneratedRegex(
        @"after (?<seconds>\d+) s the process ends whatever is left", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000)]
    private static partial Regex LongestStop();
}
