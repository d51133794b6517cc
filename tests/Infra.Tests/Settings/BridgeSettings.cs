using System.Collections;
using System.Reflection;

namespace Infra.Tests.Settings;

/// <summary>The bridge's options as its environment variables name them.</summary>
internal static class BridgeSettings
{
    private static readonly Type Options = Assembly.Load("bridge").GetType("Bridge.BridgeOptions", throwOnError: true)!;

    /// <summary>
    /// Whether the bridge reads such a variable: <c>Bridge__Receive__Lease</c>, <c>Bridge__Queues__0__Url</c>,
    /// <c>Bridge__Keys</c>.
    /// </summary>
    public static bool Knows(string variable)
    {
        var type = Options;
        foreach (var part in variable.Split("__").Skip(1))
        {
            var next = int.TryParse(part, out _) ? type.GetGenericArguments().Single() : type.GetProperty(part)?.PropertyType;
            if (next is null)
                return false;
            type = next;
        }

        return IsValue(type) || type.IsGenericType;
    }

    // What the page writes for the names that a user chooses; keys have a version.
    private static readonly Dictionary<string, string> Placeholders = new(StringComparer.Ordinal)
    {
        ["TimeZones"] = "NETWORK",
        ["Members"] = "NAME",
    };

    /// <summary>Every setting, with 0 for the place in a list and KVER for the version of a key.</summary>
    public static IEnumerable<string> All => NamesOf("Bridge", Options);

    /// <summary>What a setting is where nothing is configured, as configuration would write it.</summary>
    public static string? DefaultOf(string section, string name)
    {
        var options = Options.GetProperty(section)!.GetValue(Activator.CreateInstance(Options, nonPublic: true))!;
        return Convert.ToString(
            options.GetType().GetProperty(name)!.GetValue(options), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> NamesOf(string name, Type type) => (IsValue(type), type.IsGenericType) switch
    {
        (true, _) => [name],
        (_, true) when type.GetGenericArguments() is [_, _] => [$"{name}__{PlaceholderOf(name)}"],
        (_, true) => NamesOf($"{name}__0", type.GetGenericArguments().Single()),
        _ => type.GetProperties().Where(property => property.CanWrite)
            .SelectMany(property => NamesOf($"{name}__{property.Name}", property.PropertyType)),
    };

    private static string PlaceholderOf(string name) =>
        Placeholders.GetValueOrDefault(name[(name.LastIndexOf('_') + 1)..], "KVER");

    private static bool IsValue(Type type) =>
        type == typeof(string) || (!typeof(IEnumerable).IsAssignableFrom(type) && type.IsValueType);
}
