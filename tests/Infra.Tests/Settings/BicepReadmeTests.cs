using System.Text.Json;
using Infra.Tests.Bicep;

namespace Infra.Tests.Settings;

/// <summary>The pages and the examples of <c>infra/azure</c> name the parameters that its template has.</summary>
[Collection(BicepCollection.Name)]
public sealed class BicepReadmeTests(BicepTemplates templates)
{
    [Fact]
    public void The_page_lists_every_parameter_with_its_default() => Assert.Equal(
        ParameterList.Items(Parameters.EnumerateObject().Select(ParameterOf)),
        ParameterList.ItemsOf(Path.Combine(templates.Source, "README.md")));

    [Fact]
    public void The_example_names_parameters_that_exist_with_values_of_their_types_and_no_secret()
    {
        using var example = JsonDocument.Parse(File.ReadAllText(Path.Combine(templates.Source, "parameters.example.json")));

        Assert.All(example.RootElement.GetProperty("parameters").EnumerateObject(), given =>
        {
            var parameter = Parameters.GetProperty(given.Name);
            Assert.False(IsSecret(parameter));
            Assert.Equal(parameter.GetProperty("type").GetString(), TypeOf(given.Value.GetProperty("value")));
        });
    }

    private JsonElement Parameters => templates.Templates["main.bicep"].GetProperty("parameters");

    private static TemplateParameter ParameterOf(JsonProperty parameter) => new(
        parameter.Name,
        parameter.Value.GetProperty("metadata").GetProperty("description").GetString()!,
        parameter.Value.TryGetProperty("defaultValue", out var value) ? value : default,
        IsSecret(parameter.Value));

    private static bool IsSecret(JsonElement parameter) => parameter.GetProperty("type").GetString() == "securestring";

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => "int",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        _ => "string",
    };
}
