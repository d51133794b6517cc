using Harness.Functions.Protocol;

namespace Harness.Functions;

/// <summary>One invocation as the host tells it to the worker.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Input">What the trigger found.</param>
public sealed record FunctionCall(string Function, TypedData Input)
{
    /// <summary>The invocation's identity.</summary>
    public string Id { get; } = $"{Guid.NewGuid()}";

    /// <summary>The host's trace of the invocation, as W3C writes it; empty for none.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>The message's identity and deliveries, of a queue's message.</summary>
    public IReadOnlyDictionary<string, TypedData> Metadata { get; init; } =
        new Dictionary<string, TypedData>(StringComparer.Ordinal);

    /// <summary>A queue's message.</summary>
    public static FunctionCall FromMessage(string function, string text, string id = "m-1", long dequeueCount = 1) =>
        new(function, new TypedData { String = text })
        {
            Metadata = new Dictionary<string, TypedData>(StringComparer.Ordinal)
            {
                ["Id"] = new() { String = id },
                ["DequeueCount"] = new() { Json = $"{dequeueCount}" },
            },
        };

    /// <summary>A timer's tick.</summary>
    public static FunctionCall FromTimer(string function, bool isPastDue = false) =>
        new(function, new TypedData { Json = isPastDue ? """{"IsPastDue":true}""" : """{"IsPastDue":false}""" });
}

/// <summary>An HTTP invocation whose caller has its answer.</summary>
/// <param name="Id">The invocation's identity.</param>
/// <param name="Response">The answer.</param>
/// <param name="Invocation">What the worker tells the host; completes when the invocation has ended, its flush included.</param>
public sealed record HttpCall(string Id, HttpResponseMessage Response, Task<InvocationResponse> Invocation) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Response.Dispose();
}
