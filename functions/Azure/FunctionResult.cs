using Microsoft.AspNetCore.Mvc;
using Orders.Http;

namespace Functions.Azure;

/// <summary>Writes the answer of a function that is independent of the cloud.</summary>
internal sealed class FunctionResult(FunctionResponse response) : IActionResult
{
    public Task ExecuteResultAsync(ActionContext context)
    {
        var answer = context.HttpContext.Response;
        answer.StatusCode = response.Status;
        answer.ContentType = FunctionResponse.ContentType;
        answer.ContentLength = response.Body.Length;
        foreach (var (name, value) in response.Headers())
            answer.Headers[name] = value;
        return answer.Body.WriteAsync(response.Body, context.HttpContext.RequestAborted).AsTask();
    }
}
