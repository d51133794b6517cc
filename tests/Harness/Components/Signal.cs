namespace Harness.Components;

/// <summary>Signals that faults are made of, by Linux's numbers.</summary>
public enum Signal
{
    /// <summary>SIGINT: what Ctrl-C sends.</summary>
    Interrupt = 2,

    /// <summary>SIGKILL: ends the process at once.</summary>
    Kill = 9,

    /// <summary>SIGTERM: asks the process to end.</summary>
    Terminate = 15,

    /// <summary>SIGCONT: lets a stopped process go on.</summary>
    Continue = 18,

    /// <summary>SIGSTOP: freezes the process.</summary>
    Stop = 19,
}
