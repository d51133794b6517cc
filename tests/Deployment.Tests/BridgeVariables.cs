using Bridge;
using Bridge.Core.Configuration;
using Microsoft.Extensions.Configuration;

namespace Deployment.Tests;

/// <summary>Whether environment variables are options of the bridge, by the options themselves.</summary>
internal static class BridgeVariables
{
    /// <summary>
    /// What is wrong with an environment's names: one line for a variable that the bridge would ignore, or could not read.
    /// </summary>
    /// <param name="environment">Names and values; those that do not begin with <c>Bridge__</c> are not the bridge's.</param>
    public static IReadOnlyList<string> Problems(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var configuration = Configuration(environment);
        var strangers = configuration.GetChildren().Where(section => section.Key != "Bridge")
            .Select(section => $"{section.Key} is no section of the bridge's").ToList();
        try
        {
            configuration.GetSection("Bridge").Get<BridgeOptions>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            strangers.Add(exception.GetBaseException().Message);
        }

        return strangers;
    }

    /// <summary>What the bridge itself would say of the values, one line each.</summary>
    public static IReadOnlyList<string> Errors(IEnumerable<KeyValuePair<string, string>> environment)
    {
        try
        {
            BridgeOptions.Read(Configuration(environment));
            return [];
        }
        catch (BridgeOptionsException exception)
        {
            return exception.Errors;
        }
    }

    private static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string>> environment) =>
        new ConfigurationBuilder()
        .AddInMemoryCollection(environment.Where(
            variable => variable.Key.StartsWith("Bridge", StringComparison.OrdinalIgnoreCase))
            .Select(
                variable =>
                    new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value)))
        .Build();
}
