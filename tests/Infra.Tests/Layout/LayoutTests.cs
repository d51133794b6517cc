using System.Xml.Linq;

namespace Infra.Tests.Layout;

/// <summary>
/// References point one way, between the projects of the bridge and between the namespaces within bridge/ and shared/.
/// </summary>
public sealed class LayoutTests
{
    // What each project of the bridge may refer to. Tools alone knows another beside the core: it works on the broker's queues.
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["Bridge"] = ["Bridge.CloudQueues", "Bridge.Core", "Bridge.Edge", "Bridge.Hosting", "Bridge.RabbitMq", "Bridge.Tools"],
        ["Bridge.CloudQueues"] = ["Bridge.Core", "Telemetry.Aws", "Telemetry.Azure"],
        ["Bridge.Core"] = ["Telemetry"],
        ["Bridge.Edge"] = ["Bridge.Core"],
        ["Bridge.Hosting"] = ["Bridge.Core"],
        ["Bridge.RabbitMq"] = ["Bridge.Core"],
        ["Bridge.Tools"] = ["Bridge.Core", "Bridge.Edge", "Bridge.RabbitMq"],
    };

    [Theory]
    [InlineData("bridge")]
    [InlineData("shared")]
    public void Namespaces_refer_to_each_other_in_no_circle(string folder) => Assert.Empty(GraphOf(folder).Circles().Values);

    [Fact]
    public void Projects_of_the_bridge_refer_to_those_below_them_only() => Assert.Equal(
        Lines(Projects),
        Lines(Directory.GetFiles(Repository.PathOf("bridge"), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file), ReferencesOf, StringComparer.Ordinal)));

    [Theory]
    [InlineData("namespace A.Low; using A.High; class C { }")]
    [InlineData("namespace A.Low; using static A.High.Top; class C { }")]
    [InlineData("namespace A.Low; class C { A.High.Top? _top; }")]
    [InlineData("namespace A.Low; class C { High.Top? _top; }")]
    [InlineData("namespace A.Low.Inner; using A.High; class C { }", "namespace A.Low; using A.Low.Inner; class Base { }")]
    public void A_circle_is_found(params string[] low)
    {
        var graph = new NamespaceGraph(
            [.. low.Select(OnLines), OnLines("namespace A.High; using A.Low; class Top { Base _base; }")]);

        Assert.Contains("A.High", graph.Circles().Keys);
    }

    [Theory]
    [InlineData("namespace A.Low; class C { } // A.High.Top")]
    [InlineData("namespace A.Low; class C { string _s = \"A.High.Top\"; }")]
    public void What_is_only_named_is_no_reference(string low) => Assert.Empty(
        new NamespaceGraph([OnLines(low), OnLines("namespace A.High; using A.Low; class Top { }")]).Circles());

    [Theory]
    [InlineData("namespace A.Log; using Microsoft.Log; class C { }", 0)]
    [InlineData("namespace A.Log; using Microsoft.Log; class C { Ours? _ours; }", 2)]
    public void A_namespace_that_others_share_is_referred_to_by_its_types_here(string log, int inCircles) => Assert.Equal(
        inCircles,
        new NamespaceGraph([OnLines(log), OnLines("namespace Microsoft.Log; using A.Log; class Ours { }")]).Circles().Count);

    [Fact]
    public void A_type_of_the_enclosing_namespace_is_a_reference() => Assert.Equal(
        ["A"],
        new NamespaceGraph(
            [OnLines("namespace A; class Base { }"), OnLines("namespace A.Low; class C : Base { }")]).References["A.Low"]);

    private static NamespaceGraph GraphOf(string folder) => new(CSharp.Files(folder).Select(File.ReadAllText));

    private static string[] ReferencesOf(string project) =>
    [
        .. XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)),
    ];

    private static string Lines(Dictionary<string, string[]> projects) =>
        string.Join('\n', projects.OrderBy(project => project.Key, StringComparer.Ordinal)
        .Select(project => $"{project.Key} -> {string.Join(", ", project.Value.Order(StringComparer.Ordinal))}"));

    // As in a file: the namespace, each using and the rest begin lines.
    private static string OnLines(string text) => text.Replace("; ", ";\n", StringComparison.Ordinal);
}
