using Microsoft.Extensions.Configuration;

namespace Bridge.Configuration;

/// <summary>Reads options from configuration, for every command alike.</summary>
internal static class OptionsReader
{
    private static readonly SettingsCheck Check = new("Bridge", typeof(BridgeOptions));

    /// <inheritdoc cref="SettingsCheck.FindLookAlikes"/>
    public static IEnumerable<string> FindLookAlikes(IConfiguration configuration) => Check.FindLookAlikes(configuration);

    /// <summary>Binds a section; throws when anything in it is unknown or wrong.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="validate">Everything that is wrong with the values, one line each.</param>
    /// <returns>The options; the defaults when the section is missing.</returns>
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
            // A value that cannot be converted is reported with the other errors; validation runs only when all can be converted.
        }

        return errors.Count == 0 ? options : throw new BridgeOptionsException(errors);
    }
}
