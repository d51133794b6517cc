using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Bridge.Core.Configuration;

/// <summary>
/// Finds all errors of a section before it is bound to options, since binding ignores some of them and stops at the first of the
/// others: unknown settings, texts that are no number or time, and values and sections in each other's place.
/// </summary>
/// <param name="root">Path of the section with all settings.</param>
/// <param name="rootType">Type of its options, which defines the settings.</param>
internal sealed class SettingsCheck(string root, Type rootType)
{
    // A longer value may be a misplaced secret, and so may a value with characters of an address or a connection string.
    private const int MaxShownLength = 32;

    private readonly NearestSetting _nearest = new([.. OptionTypes.Paths(root, rootType)]);

    /// <summary>Finds all errors of a section, one line each.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">Type of the options to bind it to.</param>
    public IEnumerable<string> Find(IConfigurationSection section, Type type)
    {
        if (OptionTypes.IsValue(type))
            return FindInValue(section, OptionTypes.Plain(type));
        var own = string.IsNullOrEmpty(section.Value) ? [] : Unknown(section, "no setting by itself");
        return own.Concat(section.GetChildren().SelectMany(child =>
            EntryType(child, type) is { } entry ? Find(child, entry) : UnknownIn(child)));
    }

    /// <summary>Finds settings outside of the root that were probably meant for it, one line each. They have no effect.</summary>
    public IEnumerable<string> FindLookAlikes(IConfiguration configuration) => configuration.AsEnumerable()
        .Where(setting =>
            !setting.Key.StartsWith($"{root}:", StringComparison.OrdinalIgnoreCase) && _nearest.IsAlmostKnown(setting.Key))
        .Select(setting =>
            $"{setting.Key} is ignored: {_nearest.Find(setting.Key)} was probably meant,"
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

    // One error for each setting: a misspelt section results in as many errors as it has settings.
    private IEnumerable<string> UnknownIn(IConfigurationSection section)
    {
        var below = section.GetChildren().ToList();
        return below.Count > 0 ? below.SelectMany(UnknownIn) : Unknown(section, "no setting");
    }

    private string[] Unknown(IConfigurationSection section, string what) =>
        [$"{section.Path} is {what}; the nearest is {_nearest.Find(section.Path)}"];

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

    private static string Shown(string value) => value.Length > MaxShownLength || value.AsSpan().ContainsAny("@=;/")
        ? $"a text of {value.Length} characters"
        : $"'{value}'";

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
