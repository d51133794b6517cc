using System.Text;
using Bridge.Core.Processing.Expressions;

namespace Bridge.Core.Routing;

/// <summary>One rule of the section <c>Bridge:Rules</c>: which events it is for, and what becomes of them.</summary>
internal sealed record RuleOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Rules";

    private const int LongestExchange = 127;

    /// <summary>The condition, in the language of docs/reference/rules.md. Required.</summary>
    public string? When { get; init; }

    /// <summary>Drops the events; they count as settled. Default false.</summary>
    public bool Drop { get; init; }

    /// <summary>The exchange that the events go to; it must exist. Default <c>Bridge:RabbitMq:Exchange</c>.</summary>
    public string? Exchange { get; init; }

    /// <summary>The template of their routing key. Default <c>Bridge:RabbitMq:RoutingKey</c>.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Everything that is wrong with the rules, one line each.</summary>
    public static IEnumerable<string> Validate(IReadOnlyList<RuleOptions> rules) =>
        rules.SelectMany((rule, index) => rule.Validate().Select(error => $"{Section}:{index}:{error}"));

    private IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(When))
            yield return "When is missing: give a condition, such as style == 'metrics'; true is for every event";
        else if (EventExpression.Problem(When) is { } problem)
            yield return $"When: {problem}";
        if (Drop && (Exchange ?? RoutingKey) is not null)
            yield return "Drop is true, so Exchange and RoutingKey have no effect: leave them out, or leave Drop out";
        if (!Drop && Exchange is null && RoutingKey is null)
            yield return "does nothing: give Drop, Exchange or RoutingKey";
        if (Exchange is not null && Encoding.UTF8.GetByteCount(Exchange) is var bytes and (0 or > LongestExchange))
            yield return $"Exchange has {bytes} bytes: give the name of an exchange, 1 to {LongestExchange} bytes";
        if (RoutingKey is not null && RoutingKeyTemplate.Problem(RoutingKey) is { } wrongKey)
            yield return $"RoutingKey '{RoutingKey}' {wrongKey}: write members as {{name}}";
    }
}
