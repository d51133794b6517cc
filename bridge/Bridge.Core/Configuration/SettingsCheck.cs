using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Bridge.Core.Configuration;

/// <summary>
/// Finds what binding a section to options would ignore, or would stop at with its first error: settings that do not exist, texts
/// that are not a number or time, values where settings belong and settings where a value belongs.
/// </summary>
/// <param name="root">Path below which the nearest known settings are searched.</param>
/// <param name="rootType">Type of its options.</param>
internal sealed class SettingsCheck(string root, Type rootType)
{
    // A longer value, or one with characters of an address or a connection string, may be a misplaced secret.
    private const int LongestShown = 32;

    private readonly NearestSetting _nearest = new([.. OptionTypes.Paths(root, rootType)]);

    /// <summary>Everything that is wrong with a section, one line each.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">Type of the options that it is bound to.</param>
    public IEnumerable<string> Find(IConfigurationSection section, Type type)
    {
        if (OptionTypes.IsValue(type))
            return FindInValue(section, OptionTypes.Plain(type));
        var own = string.IsNullOrEmpty(section.Value) ? [] : Unknown(section, "no setting by itself");
        return own.Concat(section.GetChildren().SelectMany(child =>
            EntryType(child, type) is { } entry ? Find(child, entry) : UnknownIn(child)));
    }

    /// <summary>Settings outside of the root that were probably meant to be below it, one line each. They are ignored.</summary>
    public IEnumerable<string> FindLookAlikes(IConfiguration configuration) => configuration.AsEnumerable()
        .Where(setting =>
            !setting.Key.StartsWith($"{root}:", StringComparison.OrdinalIgnoreCase) && _nearest.IsAlmostKnown(setting.Key))
        .Select(setting =>
            $"{setting.Key} is ignored: {_nearest.To(setting.Key)} was probably meant,"
                + " as an environment variable with '__' for each ':'");

    private static Type? EntryType(IConfigurationSection child, Type type)
    {
        if (OptionTypes.NamedEntry(type) is { } named)
            return named;
        if (OptionTypes.NumberedEntry(type) is { } numbered)
            return child.Key.All(char.IsAsciiDigit) ? numbered : null;
        return OptionTypes.Settings(type)
            .FirstOrDefault(setting => setting.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))?.PropertyType;
    }

    // One error for each setting in it: a misspelt section gives as many errors as it has settings.
    private IEnumerable<string> UnknownIn(IConfigurationSection section)
    {
        var below = section.GetChildren().ToList();
        return below.Count > 0 ? below.SelectMany(UnknownIn) : Unknown(section, "no setting");
    }

    private string[] Unknown(IConfigurationSection section, string what) =>
        [$"{section.Path} is {what}; the nearest is {_nearest.To(section.Path)}"];

    private static IEnumerable<string> FindInValue(IConfigurationSection section, Type type)
    {
        if (section.GetChildren().FirstOrDefault() is { } below)
        {
            return
            [
                $"{below.Path} is one level too deep: {section.Path} takes a value; '__' and ':' separate levels, so the name"
                    + " of a key cannot hold them",
            ];
        }

        return section.Value is not { } value || IsConverted(value, type)
            ? []
            : [$"{section.Path} is {Shown(value)}: give {Form(type)}"];
    }

    private static string Shown(string value) =>
        value.Length > LongestShown || value.AsSpan().ContainsAny("@=;/") ? $"a text of {value.Length} characters" : $"'{value}'";

    private static bool IsConverted(string value, Type type)
    {
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception exception)
            when (exception is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Form(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type == typeof(TimeSpan) => "a time as HH:MM:SS, such as 00:01:30",
        _ when type.IsEnum => $"one of {string.Join(", ", Enum.GetNames(type))}",
        TypeCode.Boolean => "true or false",
        TypeCode.Single or TypeCode.Double or TypeCode.Decimal => "a number such as 0.5",
        _ => $"a whole number, at most {(type == typeof(int) ? int.MaxValue : long.MaxValue)}",
    };
}
