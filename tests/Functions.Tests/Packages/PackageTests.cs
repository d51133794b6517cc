using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Functions.Tests.Aws;
using Functions.Tests.Support;
using Harness.Components;
using Harness.Functions;

namespace Functions.Tests.Packages;

/// <summary>The shared libraries as somebody else gets them.</summary>
[Trait("Lane", "full")]
public sealed class PackageTests(PackedLibraries libraries, SharedFauxqs fauxqs, SharedAzurite azurite)
    : IClassFixture<PackedLibraries>, IClassFixture<SharedFauxqs>, IClassFixture<SharedAzurite>
{
    [Theory]
    [InlineData("ServerlessTelemetry.Wire", "Telemetry.Wire", "")]
    [InlineData("ServerlessTelemetry", "Telemetry", "ServerlessTelemetry.Wire")]
    [InlineData("ServerlessTelemetry.Aws", "Telemetry.Aws", "ServerlessTelemetry, AWSSDK.SQS, AWSSDK.SecurityToken")]
    [InlineData(
        "ServerlessTelemetry.Azure", "Telemetry.Azure",
        "ServerlessTelemetry, Azure.Core, Azure.Identity, Azure.Storage.Queues, Microsoft.Extensions.Logging.Abstractions")]
    [InlineData(
        "ServerlessTelemetry.Functions", "Telemetry.Functions",
        "ServerlessTelemetry, Microsoft.Azure.Functions.Worker, Azure.Core, Google.Protobuf,"
        + " Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("ServerlessTelemetry.Lambda", "Telemetry.Lambda", "ServerlessTelemetry")]
    [InlineData(
        "ServerlessTelemetry.Extensions", "Telemetry.Extensions",
        "ServerlessTelemetry, Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("ServerlessTelemetry.Otlp", "Telemetry.Otlp", "ServerlessTelemetry, Google.Protobuf")]
    public void A_package_has_its_library_documentation_readme_icon_licence_and_symbols(
        string id, string assembly, string dependencies)
    {
        var file = Path.GetFileName(Assert.Single(Directory.GetFiles(libraries.Feed, $"{id}.?.?.?.nupkg")));
        var package = PackedLibraries.Read(libraries.Feed, file);
        var symbols = PackedLibraries.Read(libraries.Feed, Path.ChangeExtension(file, "snupkg"));
        var nuspec = XDocument.Load(new MemoryStream(package[$"{id}.nuspec"]));

        Assert.All([$"lib/net10.0/{assembly}.dll", $"lib/net10.0/{assembly}.xml", "README.md", "LICENSE", "icon.png"],
            name => Assert.Contains(name, package.Keys));
        Assert.Contains($"lib/net10.0/{assembly}.pdb", symbols.Keys);
        Assert.StartsWith($"# {id}\n", Encoding.UTF8.GetString(package["README.md"]), StringComparison.Ordinal);
        Assert.Equal(("Apache-2.0", "README.md", "icon.png"), (Value("license"), Value("readme"), Value("icon")));
        Assert.Equal(dependencies, string.Join(", ", Elements("dependency").Select(one => (string?)one.Attribute("id"))));

        IEnumerable<XElement> Elements(string name) => nuspec.Descendants().Where(element => element.Name.LocalName == name);
        string Value(string name) => Elements(name).Single().Value;
    }

    [Fact]
    public async Task The_same_sources_give_the_same_packages()
    {
        var again = await libraries.PackAgainAsync("shared/Telemetry/Telemetry.csproj");

        foreach (var file in Directory.GetFiles(again).Select(path => Path.GetFileName(path)))
        {
            var (first, second) = (PackedLibraries.Read(libraries.Feed, file), PackedLibraries.Read(again, file));
            Assert.Equal(first.Keys.Order(StringComparer.Ordinal), second.Keys.Order(StringComparer.Ordinal));
            Assert.All(first,
                entry => Assert.True(entry.Value.AsSpan().SequenceEqual(second[entry.Key]), $"{file}: {entry.Key} differs"));
        }
    }

    [Fact]
    public async Task A_fresh_lambda_function_is_built_on_the_package_as_the_readme_says_and_sends()
    {
        await using var function = await FreshFunction.BuildAsync("Aws", libraries.Feed);
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(api, Ample(queue.SenderEnvironment), function.Program);
        await api.WaitForQuestionAsync();

        var answer = JsonDocument.Parse((await api.InvokeAsync(HttpEvents.Post("{}"))).Body).RootElement;
        await api.WaitForQuestionAsync();

        Assert.Equal("hello", answer.GetProperty("body").GetString());
        Assert.Equal("logs hello was called", DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())));
    }

    [Fact]
    public async Task A_fresh_azure_function_is_built_on_the_packages_as_the_readme_says_and_sends_in_the_hosts_trace()
    {
        await using var function = await FreshFunction.BuildAsync("Azure", libraries.Feed);
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await FunctionsHost.StartAsync(function.Program, Ample(queue.SenderEnvironment));

        using var call = await host.PostAsync("Hello", "api/Hello", "{}", Traces.Parent);
        await call.Invocation;
        var sent = Assert.Single(DecodedEvent.Decode(await queue.TakeAsync()));

        Assert.Equal("hello", await call.Response.Content.ReadAsStringAsync());
        Assert.Equal(("hello was called", call.Id), (sent.Subject, sent["requestId"]));
        Assert.StartsWith($"00-{Traces.Id}-", sent.TraceParent, StringComparison.Ordinal);
    }

    private static ImmutableDictionary<string, string> Ample(ImmutableDictionary<string, string> environment) =>
        environment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000");
}
