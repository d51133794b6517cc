using Harness.Functions.Protocol;

namespace Harness.Functions;

/// <summary>An HTTP invocation whose caller has its answer.</summary>
/// <param name="Id">The invocation's identity.</param>
/// <param name="Response">The answer.</param>
/// <param name="Invocation">What the worker tells the host; completes when the invocation has ended, its flush included.</param>
public sealed record HttpCall(string Id, HttpResponseMessage Response, Task<InvocationResponse> Invocation) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Response.Dispose();
}
