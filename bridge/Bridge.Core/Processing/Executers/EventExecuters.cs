using Bridge.Core.Processing.Encryption;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>Executers in their order: a function from one event to none, one or several. Safe for several threads.</summary>
internal sealed class EventExecuters
{
    private const int MostExecuters = 32;
    private const int LongestText = 1_024;

    private readonly Executer[] _executers;
    private readonly ExecuterLimits _limits;
    private readonly bool _multiply;

    private EventExecuters(Executer[] executers, ExecuterLimits limits)
    {
        (_executers, _limits) = (executers, limits);
        _multiply = executers.Any(executer => executer.Multiplies);
    }

    /// <summary>Reads executers.</summary>
    /// <param name="texts">Such as <c>split records</c>; at most 32, of 1,024 characters each.</param>
    /// <param name="opener">Opens encrypted events for <c>decode</c>; null: they stay as they are.</param>
    /// <param name="limits">Limits on what is made of one event; null for the defaults.</param>
    /// <exception cref="FormatException">One has no such form; the message says which, where, and what to write.</exception>
    public static EventExecuters Parse(IReadOnlyList<string> texts, EventOpener? opener = null, ExecuterLimits? limits = null)
    {
        if (texts.Count > MostExecuters)
            throw new FormatException($"{texts.Count} executers are too many: the limit is {MostExecuters}");
        if (texts.FirstOrDefault(text => text.Length > LongestText) is { } longer)
            throw new FormatException($"an executer has {longer.Length} characters: the limit is {LongestText}");
        return new EventExecuters([.. texts.Select(text => ExecuterParser.Parse(text, opener))], limits ?? new ExecuterLimits());
    }

    /// <summary>Runs them on one event.</summary>
    /// <param name="json">The event; what <c>decode</c> takes when that is the first executer.</param>
    /// <param name="output">Receives what was made, unless it is refused.</param>
    /// <returns>Null, or why the event is refused; the detail holds none of its content.</returns>
    public Refusal? Run(ReadOnlySpan<byte> json, List<ExecutedEvent> output)
    {
        if (_executers is not [{ TakesAnything: true }, ..] && EventJson.Problem(json) is { } problem)
            return new Refusal(RefusalReason.Malformed, $"the event is {problem}");
        IReadOnlyList<byte[]> events = [json.ToArray()];
        foreach (var executer in _executers)
        {
            var made = new ExecuterOutput(_limits);
            foreach (var item in events)
                RunOne(executer, item, made);
            if (made.Refusal is { } refusal)
                return refusal;
            events = made.Events;
        }

        output.AddRange(events.Select((item, part) => new ExecutedEvent(item, _multiply ? part : null)));
        return null;
    }

    private static void RunOne(Executer executer, byte[] json, ExecuterOutput made)
    {
        var before = made.Events.Count;
        executer.Run(json, made);

        // Decoding in place makes an event deeper.
        for (var index = before; index < made.Events.Count; index++)
        {
            if (EventJson.Problem(made.Events[index]) is { } problem)
                made.Refuse(RefusalReason.Malformed, $"what an executer made is {problem}");
        }
    }
}
