using System.ComponentModel;
using System.Reflection;

namespace Bridge.Configuration;

/// <summary>
/// What configuration may bind to a type of options, by the type itself: a new property is a new setting, without a list to keep.
/// </summary>
internal static class OptionTypes
{
    /// <summary>Stands in a path for a name of one's own, such as a key's.</summary>
    public const string AnyName = "NAME";

    /// <summary>True for what one text is converted to: a string, a number, a time, a choice.</summary>
    public static bool IsValue(Type type) => TypeDescriptor.GetConverter(Plain(type)).CanConvertFrom(typeof(string));

    /// <summary>The type behind a nullable one.</summary>
    public static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>The type of a map's values by name; null for what is no map.</summary>
    public static Type? NamedEntry(Type type) =>
        Argument(type, typeof(IReadOnlyDictionary<,>), 1) ?? Argument(type, typeof(IDictionary<,>), 1);

    /// <summary>The type of a list's entries; null for what is no list.</summary>
    public static Type? NumberedEntry(Type type) => NamedEntry(type) is null ? Argument(type, typeof(IEnumerable<>), 0) : null;

    /// <summary>The properties that are set from configuration: what is only computed from them is no setting.</summary>
    public static IEnumerable<PropertyInfo> Settings(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true });

    /// <summary>
    /// The path of every setting below a path, with <c>0</c> for a number and <see cref="AnyName"/> for a name of one's own.
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
