using System.Text.Json;
using Infra.Tests.CloudFormation;

namespace Infra.Tests.Settings;

/// <summary>The pages and the examples of <c>infra/aws</c> name the parameters that its template has.</summary>
[Collection(CloudFormationCollection.Name)]
public sealed class CloudFormationReadmeTests(CloudFormationTemplates templates)
{
    [Fact]
    public void The_page_lists_every_parameter_with_its_default() => Assert.Equal(
        ParameterList.Items(Parameters.EnumerateObject().Select(ParameterOf)),
        ParameterList.ItemsOf(Path.Combine(templates.Source, "README.md")));

    [Fact]
    public void The_example_names_parameters_that_exist_and_no_secret()
    {
        var lines = File.ReadAllLines(Path.Combine(templates.Source, "parameters.example")).Where(line => !line.StartsWith('#'))
            .ToList();

        Assert.NotEmpty(lines);
        Assert.All(
            lines, line => Assert.False(IsSecret(Parameters.GetProperty(line[..line.IndexOf('=', StringComparison.Ordinal)]))));
    }

    private JsonElement Parameters => templates.Templates["main.yaml"].GetProperty("parameters");

    private static TemplateParameter ParameterOf(JsonProperty parameter) => new(
        parameter.Name,
        parameter.Value.GetProperty("description").GetString()!,
        parameter.Value.GetProperty("default"),
        IsSecret(parameter.Value));

    private static bool IsSecret(JsonElement parameter) => parameter.GetProperty("noEcho").GetBoolean();
}
