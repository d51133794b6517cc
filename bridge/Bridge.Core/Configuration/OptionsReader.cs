using Microsoft.Extensions.Configuration;

namespace Bridge.Core.Configuration;

/// <summary>Reads options from configuration in the same way for every command.</summary>
/// <param name="root">Path of the section with all settings.</param>
/// <param name="rootType">Type of its options, which defines the settings.</param>
internal sealed class OptionsReader(string root, Type rootType)
{
    private readonly SettingsCheck _check = new(root, rootType);

    /// <inheritdoc cref="SettingsCheck.FindLookAlikes"/>
    public IEnumerable<string> FindLookAlikes(IConfiguration configuration) => _check.FindLookAlikes(configuration);

    /// <summary>Binds a section to options.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="validate">Returns all errors of the values, one line each.</param>
    /// <returns>The options; the defaults when the section is missing.</returns>
    /// <exception cref="BridgeOptionsException">A setting is unknown or wrong; the exception lists all errors.</exception>
    public T Read<T>(IConfiguration configuration, string path, Func<T, IEnumerable<string>> validate)
        where T : new()
    {
        var section = configuration.GetSection(path);
        var errors = _check.Find(section, typeof(T)).ToList();
        var options = new T();
        try
        {
            options = section.Get<T>() ?? options;
            errors.AddRange(validate(options));
        }
        catch (InvalidOperationException) when (errors.Count > 0)
        {
            // The check has already reported the value that cannot be converted. Without the options there is nothing to
            // validate.
        }

        return errors.Count == 0 ? options : throw new BridgeOptionsException(errors);
    }
}

/// <summary>The configuration has errors.</summary>
internal sealed class BridgeOptionsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>All errors, one line each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
