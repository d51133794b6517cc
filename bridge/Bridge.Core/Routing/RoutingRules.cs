using Bridge.Core.Processing.Expressions;

namespace Bridge.Core.Routing;

/// <summary>The rules that decide where events go: of all that fit an event, the first one.</summary>
internal sealed class RoutingRules
{
    /// <summary>What <see cref="Find"/> gives when no rule fits.</summary>
    public const int NoRule = -1;

    private readonly MemberPaths _paths = new();
    private readonly RoutingRule[] _rules;

    /// <param name="options">The rules; they are valid.</param>
    public RoutingRules(IReadOnlyList<RuleOptions> options) =>
        _rules = [.. options.Select(rule => new RoutingRule(
            EventExpression.Parse(rule.When ?? "", _paths),
            rule.Drop,
            rule.Exchange,
            rule.RoutingKey is { } key ? RoutingKeyTemplate.Parse(key) : null))];

    /// <summary>Number of rules.</summary>
    public int Count => _rules.Length;

    /// <summary>Members that the rules read: the room that <see cref="Find"/> needs.</summary>
    public int Members => _paths.Count;

    /// <summary>A rule.</summary>
    public RoutingRule this[int index] => _rules[index];

    /// <summary>The first rule that fits an event, from 0.</summary>
    /// <param name="json">The event, known to be valid.</param>
    /// <param name="room">Room for <see cref="Members"/> values.</param>
    public int Find(ReadOnlySpan<byte> json, Span<MemberValue> room)
    {
        _paths.Read(json, room);
        var values = new MemberValues(json, room);
        for (var index = 0; index < _rules.Length; index++)
        {
            if (_rules[index].When.Holds(values))
                return index;
        }

        return NoRule;
    }
}

/// <summary>What becomes of the events that a condition holds for.</summary>
/// <param name="When">The condition.</param>
/// <param name="Drop">True when they are dropped.</param>
/// <param name="Exchange">Where they go; null for the bridge's exchange.</param>
/// <param name="RoutingKey">Their routing key's template; null for the bridge's.</param>
internal sealed record RoutingRule(EventExpression When, bool Drop, string? Exchange, RoutingKeyTemplate? RoutingKey);
