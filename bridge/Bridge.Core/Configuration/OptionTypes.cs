using System.ComponentModel;
using System.Reflection;

namespace Bridge.Core.Configuration;

/// <summary>
/// Finds the settings of an options type by reflection, so that a new property needs no entry in a list.
/// </summary>
internal static class OptionTypes
{
    /// <summary>Placeholder in a path for a name that the user chooses, such as a key's version.</summary>
    public const string AnyName = "NAME";

    /// <summary>True for types that are converted from one text: a string, a number, a time, an enum.</summary>
    public static bool IsValue(Type type) => TypeDescriptor.GetConverter(Plain(type)).CanConvertFrom(typeof(string));

    /// <summary>The underlying type of a nullable type; otherwise the type itself.</summary>
    public static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>The type of a map's values; null for a type that is not a map.</summary>
    public static Type? NamedEntry(Type type) =>
        Argument(type, typeof(IReadOnlyDictionary<,>), 1) ?? Argument(type, typeof(IDictionary<,>), 1);

    /// <summary>The type of a list's entries; null for a type that is not a list.</summary>
    public static Type? NumberedEntry(Type type) => NamedEntry(type) is null ? Argument(type, typeof(IEnumerable<>), 0) : null;

    /// <summary>The properties that configuration can set. Computed properties are not settings.</summary>
    public static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true });

    /// <summary>
    /// The path of every setting below a path. <c>0</c> stands for an index, and <see cref="AnyName"/> for a name that the user
    /// chooses.
    /// </summary>
    public static IEnumerable<string> Paths(string path, Type type)
    {
        if (IsValue(type))
            return [path];
        if (NamedEntry(type) is { } named)
            return Paths($"{path}:{AnyName}", named);
        if (NumberedEntry(type) is { } numbered)
            return Paths($"{path}:0", numbered);
        return Settings(type).SelectMany(setting => Paths($"{path}:{setting.Name}", setting.PropertyType));
    }

    private static Type? Argument(Type type, Type definition, int index) => type.GetInterfaces().Prepend(type)
        .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == definition)
        ?.GetGenericArguments()[index];
}
