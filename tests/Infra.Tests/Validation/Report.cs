using System.Text.Json;

namespace Infra.Tests.Validation;

/// <summary>What a check says of one folder of templates.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Findings">What is wrong there.</param>
/// <param name="Templates">What each file holds, by its name below the folder; files that cannot be read are left out.</param>
internal sealed record Report(string Folder, IReadOnlyList<Finding> Findings, IReadOnlyDictionary<string, JsonElement> Templates);
