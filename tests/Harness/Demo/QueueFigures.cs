namespace Harness.Demo;

/// <summary>One queue's line of the summary.</summary>
/// <param name="Sent">Events sent.</param>
/// <param name="Received">Different events received from the exchange.</param>
/// <param name="Missing">Events sent and not received: lost, once nothing more arrives.</param>
/// <param name="Duplicates">Receptions beyond the first of an event.</param>
internal sealed record QueueFigures(int Sent, int Received, int Missing, int Duplicates);
