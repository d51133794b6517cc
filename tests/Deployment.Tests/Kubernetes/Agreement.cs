using System.Text.Json.Nodes;

namespace Deployment.Tests.Kubernetes;

/// <summary>What the objects of an overlay say of each other, which no schema knows.</summary>
internal static class Agreement
{
    /// <summary>Everything that does not agree, one line each.</summary>
    public static IReadOnlyList<string> Problems(Manifests manifests) =>
    [
        .. Kustomizations(manifests),
        .. manifests.OfKind("Deployment").SelectMany(deployment => OfDeployment(manifests, deployment)),
        .. Selectors(manifests),
        .. Ports(manifests),
        .. manifests.OfKind("ScaledObject").SelectMany(item => OfScaledObject(manifests, item)),
        .. Settings(manifests),
    ];

    private static IEnumerable<string> Kustomizations(Manifests manifests)
    {
        (JsonNode Kustomization, string Folder)[] both = [(manifests.Base, "base"), (manifests.Kustomization, manifests.Overlay)];
        foreach (var (kustomization, folder) in both)
        {
            var patches = kustomization.At("patches").Items().Select(patch => patch.At("path").Text())
                .Where(path => path.Length > 0);
            var resources = kustomization.At("resources").Items().Select(resource => resource.Text())
                .Where(resource => resource != "../base");
            foreach (var path in resources.Concat(patches).Where(path => !manifests.Has($"{folder}/{path}")))
                yield return $"{folder}/kustomization.yaml names {path}, which is not there";
        }

        foreach (var (kind, name) in manifests.Patches.Select(
            patch => (patch.At("kind").Text(), patch.At("metadata", "name").Text()))
            .Concat(manifests.Kustomization.At("patches").Items().Where(patch => patch.At("target") is not null)
                .Select(patch => (patch.At("target", "kind").Text(), patch.At("target", "name").Text()))))
        {
            if (manifests.Find(kind, name) is null)
                yield return $"a patch is for {kind} {name}, which nothing makes";
        }

        var images = manifests.OfKind("Deployment").SelectMany(Containers)
            .Select(container => container.At("image").Text().Split(':')[0]).ToList();
        foreach (
            var image in manifests.Kustomization.At("images").Items().Select(image => image.At("name").Text())
                .Where(image => !images.Contains(image)))
        {
            yield return $"{manifests.Overlay}/kustomization.yaml renames the image {image}, which nothing runs";
        }
    }

    private static IEnumerable<string> OfDeployment(Manifests manifests, JsonNode deployment)
    {
        var pod = deployment.At("spec", "template");
        if (!deployment.At("spec", "selector", "matchLabels").IsWithin(pod.At("metadata", "labels")))
            yield return "the Deployment's selector does not select its own pods";
        if (manifests.Find("ServiceAccount", pod.At("spec", "serviceAccountName").Text()) is null)
            yield return $"the ServiceAccount {pod.At("spec", "serviceAccountName").Text()} is made by nothing";
        foreach (var from in Containers(deployment).SelectMany(container => container.At("envFrom").Items()))
        {
            var (kind, reference) = from.At("configMapRef") is { } map ? ("ConfigMap", map) : ("Secret", from.At("secretRef"));
            if (manifests.Find(kind, reference.At("name").Text()) is null)
                yield return $"the {kind} {reference.At("name").Text()} is made by nothing";
        }
    }

    private static IEnumerable<string> Selectors(Manifests manifests)
    {
        var labels = manifests.OfKind("Deployment").Select(deployment => deployment.At("spec", "template", "metadata", "labels"))
            .ToList();
        var selectors = manifests.OfKind("Service").Select(service => ("Service", service.At("spec", "selector")))
            .Concat(
                manifests.OfKind("PodDisruptionBudget")
                    .Select(budget => ("PodDisruptionBudget", budget.At("spec", "selector", "matchLabels"))))
            .Concat(
                manifests.OfKind("NetworkPolicy")
                    .Select(policy => ("NetworkPolicy", policy.At("spec", "podSelector", "matchLabels"))))
            .Concat(manifests.OfKind("Deployment").SelectMany(
                deployment => deployment.At("spec", "template", "spec", "topologySpreadConstraints").Items())
                .Select(constraint => ("topologySpreadConstraints", constraint.At("labelSelector", "matchLabels"))));
        foreach (var (what, selector) in selectors)
        {
            if (!labels.Any(selector.IsWithin))
                yield return $"the {what}'s selector {selector?.ToJsonString()} selects no pod";
        }
    }

    private static IEnumerable<string> Ports(Manifests manifests)
    {
        var containers = manifests.OfKind("Deployment").SelectMany(Containers).ToList();
        var named = containers.SelectMany(container => container.At("ports").Items()).Select(port => port.At("name").Text())
            .ToHashSet(StringComparer.Ordinal);
        var probes = containers.SelectMany(
            container => (string[])["startupProbe", "livenessProbe", "readinessProbe"],
            (container, probe) => container.At(probe, "httpGet", "port"));
        var services = manifests.OfKind("Service").SelectMany(service => service.At("spec", "ports").Items())
            .Select(port => port.At("targetPort"));
        var policies = manifests.OfKind("NetworkPolicy").SelectMany(policy => policy.At("spec", "ingress").Items())
            .SelectMany(rule => rule.At("ports").Items()).Select(port => port.At("port"));
        return probes.Concat(services).Concat(policies).Select(port => port.Text()).Where(port => !named.Contains(port))
            .Distinct(StringComparer.Ordinal)
            .Select(port => $"the port '{port}' is none of the container's");
    }

    private static IEnumerable<string> OfScaledObject(Manifests manifests, JsonNode item)
    {
        var target = item.At("spec", "scaleTargetRef", "name").Text();
        if (manifests.Find("Deployment", target) is null)
            yield return $"the ScaledObject scales the Deployment {target}, which nothing makes";
        var queues = manifests.OfKind("ConfigMap").SelectMany(map => map.At("data").Members())
            .Where(setting => setting.Key.EndsWith("__Url", StringComparison.Ordinal)).Select(setting => setting.Value.Text())
                .ToList();
        foreach (var trigger in item.At("spec", "triggers").Items())
        {
            if (manifests.Find("TriggerAuthentication", trigger.At("authenticationRef", "name").Text()) is null)
                yield return "a trigger's TriggerAuthentication is made by nothing";
            var metadata = trigger.At("metadata");
            var queue = trigger.At("type").Text() is "aws-sqs-queue"
                ? metadata.At("queueURL").Text()
                : $"https://{metadata.At("accountName").Text()}.queue.core.windows.net/{metadata.At("queueName").Text()}";
            if (!queues.Contains(queue))
                yield return $"a trigger watches {queue}, which the bridge does not receive from";
        }
    }

    private static IEnumerable<string> Settings(Manifests manifests)
    {
        var maps = manifests.OfKind("ConfigMap").Select(map => map.At("data"))
            .Concat(manifests.OfKind("Secret").Select(secret => secret.At("stringData")));
        return BridgeVariables.Problems(
            maps.SelectMany(map => map.Members())
                .Select(setting => new KeyValuePair<string, string>(setting.Key, setting.Value.Text())));
    }

    private static IEnumerable<JsonNode> Containers(JsonNode deployment) =>
        deployment.At("spec", "template", "spec", "containers").Items();
}
