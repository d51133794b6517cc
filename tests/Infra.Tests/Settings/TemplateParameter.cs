using System.Text.Json;

namespace Infra.Tests.Settings;

/// <summary>A parameter of a template.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Default">Its default; undefined or null when it must be given.</param>
/// <param name="IsSecret">The clouds keep its value out of what they show.</param>
internal sealed record TemplateParameter(string Name, string Description, JsonElement Default, bool IsSecret);
