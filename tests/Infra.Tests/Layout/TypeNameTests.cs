using System.Text.RegularExpressions;

namespace Infra.Tests.Layout;

/// <summary>
/// A type's name says which type is meant, without its namespace. Nested types are named after the type that holds them.
/// </summary>
public sealed partial class TypeNameTests
{
    private static readonly string[] Folders = ["bridge", "functions", "infra", "shared", "tests"];

    [Fact]
    public void Every_name_is_declared_once() =>
        Assert.Empty(
            DeclaredTwice(Folders.SelectMany(CSharp.Files).Select(path => (CSharp.NameOf(path), File.ReadAllText(path)))));

    [Theory]
    [InlineData("class Part;", "namespace B;\npublic sealed record Part(int Number);", "Part: one.cs, two.cs")]
    [InlineData("class Part;", "internal readonly record struct Part(int Number);", "Part: one.cs, two.cs")]
    [InlineData("partial class Part;", "namespace B;\npartial class Part;", "Part: one.cs, two.cs")]
    [InlineData("partial class Part;", "static partial class Part;", "")]
    [InlineData("class Part;", "class Whole\n{\n    class Part;\n}", "")]
    [InlineData("class Program;", "class Program;", "")]
    [InlineData("class Part;", "// class Part", "")]
    public void A_second_declaration_is_found(string one, string two, string found) =>
        Assert.Equal(found, string.Join('\n', DeclaredTwice([("one.cs", one), ("two.cs", two)])));

    private static IEnumerable<string> DeclaredTwice(IEnumerable<(string Path, string Text)> files) => files
        .SelectMany(file => Declaration().Matches(file.Text).Select(match => new
        {
            file.Path,
            Name = match.Groups["name"].Value,
            // The parts of a type are one declaration.
            Key = match.Groups["modifiers"].Value.Contains("partial", StringComparison.Ordinal)
                ? Namespace().Match(file.Text).Value
                : file.Path,
        }))
        // Every program may have one.
        .Where(type => type.Name is not "Program")
        .GroupBy(type => type.Name, StringComparer.Ordinal)
        .Where(types => types.Select(type => type.Key).Distinct(StringComparer.Ordinal).Count() > 1)
        .Select(types => $"{types.Key}: {string.Join(", ", types.Select(type => type.Path))}");

    [GeneratedRegex(
        @"^(?<modifiers>(\w+ )*)(class|struct|interface|enum|record( class| struct)?) (?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace [\w.]+", RegexOptions.Multiline, 5000)]
    private static partial Regex Namespace();
}
