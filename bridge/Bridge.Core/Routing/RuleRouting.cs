using System.Text;
using Bridge.Core.Processing.Expressions;

namespace Bridge.Core.Routing;

/// <summary>The rules at work on the events of one batch: the memory that they reuse from event to event.</summary>
internal sealed class RuleRouting(RoutingRules rules)
{
    private readonly MemberValue[] _room = new MemberValue[rules.Members];
    private readonly (EventMembers Members, RoutingKeys Keys)?[] _keys = new (EventMembers, RoutingKeys)?[rules.Count];

    /// <inheritdoc cref="RoutingRules.Find"/>
    public int Find(ReadOnlySpan<byte> json) => rules.Find(json, _room);

    /// <summary>The routing key that a rule gives an event; null when the rule names none.</summary>
    public string? KeyOf(int rule, ReadOnlySpan<byte> json)
    {
        if (rules[rule].RoutingKey is not { } template)
            return null;
        var (members, keys) = _keys[rule] ??= (
            new EventMembers([.. template.Members.Select(Encoding.UTF8.GetBytes)]), new RoutingKeys(template));
        members.Read(json);
        return keys.GetKey(members, json);
    }
}
