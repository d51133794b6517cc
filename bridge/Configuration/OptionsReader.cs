using Microsoft.Extensions.Configuration;

namespace Bridge.Configuration;

/// <summary>Reads options from configuration, for every command alike.</summary>
internal static class OptionsReader
{
    private static readonly SettingsCheck Check = new("Bridge", typeof(BridgeOptions));

    /// <inheritdoc cref="SettingsCheck.FindLookAlikes"/>
    public static IEnumerable<string> FindLookAlikes(IConfiguration configuration) => Check.FindLookAlikes(configuration);

    /// <summary>Binds a section, and refuses it when anything in it is unknown or wrong.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="validate">Everything that is wrong with the values, one line each.</param>
    /// <returns>The options; their defaults where there is no such section.</returns>
    /// <exception cref="BridgeOptionsException">At least one error; the exception lists them all.</exception>
    public static T Read<T>(IConfiguration configuration, string path, Func<T, IEnumerable<string>> validate)
        where T : new()
    {
        var section = configuration.GetSection(path);
        var errors = Check.Find(section, typeof(T)).ToList();
        var options = new T();
        try
        {
            options = section.Get<T>() ?? options;
            errors.AddRange(validate(options));
        }
        catch (InvalidOperationException) when (errors.Count > 0)
        {
            // A value that cannot be converted is among the errors; the others are found once it can.
        }

        return errors.Count == 0 ? options : throw new BridgeOptionsException(errors);
    }
}
