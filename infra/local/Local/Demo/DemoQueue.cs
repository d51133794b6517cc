using Harness.Components;
using Harness.Demo;

namespace Local.Demo;

/// <summary>One cloud's queue in the demo.</summary>
/// <param name="Queue">How to reach it.</param>
/// <param name="Ledger">What went in and what came out.</param>
internal sealed record DemoQueue(BridgeQueue Queue, QueueLedger Ledger);
