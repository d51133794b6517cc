using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Bridge;

/// <summary>Finds values of the configuration that are not of the kind that their option takes, and says which kind that is.</summary>
internal static class SettingKinds
{
    // A longer value, or one with signs of an address or a connection string, may be a secret in the wrong place.
    private const int LongestShown = 32;

    /// <summary>Every such value in a section, one line each.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The options that it is bound to.</param>
    public static IEnumerable<string> Find(IConfigurationSection section, Type type)
    {
        if (type == typeof(string))
            return [];
        if (ElementOf(type) is { } element)
            return section.GetChildren().SelectMany(child => Find(child, element));
        if (type.Namespace?.StartsWith(nameof(Bridge), StringComparison.Ordinal) is true && !type.IsEnum)
        {
            return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .SelectMany(property => Find(section.GetSection(property.Name), property.PropertyType));
        }

        return section.Value is { } value && !Converts(value, type) ? [$"{section.Path} is {Shown(value)}: give {Kind(type)}"] : [];
    }

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    // As the binder does it.
    private static bool Converts(string value, Type type)
    {
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private static string Shown(string value) =>
        value.Length > LongestShown || value.AsSpan().ContainsAny("@=;/") ? $"a text of {value.Length} characters" : $"'{value}'";

    private static string Kind(Type type) => Type.GetTypeCode(type) switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } value => Kind(value),
        _ when type == typeof(TimeSpan) => "a time as hours:minutes:seconds, such as 00:01:30",
        _ when type.IsEnum => string.Join(" or ", Enum.GetNames(type)),
        TypeCode.Boolean => "true or false",
        TypeCode.Double or TypeCode.Single or TypeCode.Decimal => "a number, such as 0.01",
        >= TypeCode.SByte and <= TypeCode.UInt64 => "a whole number",
        _ => $"a value of the kind {type.Name}",
    };
}
