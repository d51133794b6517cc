using Microsoft.Extensions.Configuration;

namespace Bridge.Core.Configuration;

/// <summary>Reads options from configuration, for every command alike.</summary>
/// <param name="root">Path of the section that holds every setting.</param>
/// <param name="rootType">Type of its options: it says which settings exist.</param>
internal sealed class OptionsReader(string root, Type rootType)
{
    private readonly SettingsCheck _check = new(root, rootType);

    /// <inheritdoc cref="SettingsCheck.FindLookAlikes"/>
    public IEnumerable<string> FindLookAlikes(IConfiguration configuration) => _check.FindLookAlikes(configuration);

    /// <summary>Binds a section; throws when anything in it is unknown or wrong.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="path">The section's path.</param>
    /// <param name="validate">Everything that is wrong with the values, one line each.</param>
    /// <returns>The options; the defaults when the section is missing.</returns>
    /// <exception cref="BridgeOptionsException">At least one error; the exception lists them all.</exception>
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
            // A value that cannot be converted is reported with the other errors; validation runs only when all can be converted.
        }

        return errors.Count == 0 ? options : throw new BridgeOptionsException(errors);
    }
}

/// <summary>A configuration that cannot be used.</summary>
internal sealed class BridgeOptionsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>Everything that is wrong, one line each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
