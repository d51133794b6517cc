using Bridge.Core.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Edge.Intakes;

/// <summary>Checks and registers the intakes of a configuration.</summary>
internal static class IntakeRegistration
{
    private const string Section = "Bridge:Intakes";

    /// <summary>What is wrong with each intake and with all of them, one line each.</summary>
    public static IEnumerable<string> Validate(IReadOnlyList<IntakeOptions> intakes) =>
        intakes.Index().SelectMany(one => one.Item.Validate($"{Section}:{one.Index}")).Concat(Repeated(intakes));

    /// <summary>Adds the stage of the intakes, if there are any. <see cref="OpenCollector"/> must be registered.</summary>
    public static IServiceCollection AddIntakes(this IServiceCollection services, IReadOnlyList<IntakeOptions> intakes) =>
        intakes.Count == 0
            ? services
            : services
                .AddSingleton(intakes)
                .AddSingleton<IntakeMetrics>()
                .AddSingleton<IntakeFactory>()
                .AddStage<IntakeService>(StagePlace.Receiving);

    private static IEnumerable<string> Repeated(IReadOnlyList<IntakeOptions> intakes) => intakes
        .Where(one => one.Url is not null)
        .GroupBy(one => one.Url, StringComparer.Ordinal)
        .Where(group => group.Count() > 1)
        .Select(group => $"{Section} names {group.Key} {group.Count()} times: once is enough");
}
