using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace HostFigures;

/// <summary>The measured function behind an HTTP trigger.</summary>
public sealed class QuoteFunction
{
    [Function(nameof(Quote))]
    public async Task<IActionResult> AnswerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "quotes")] HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return new FileContentResult(Quote.Answer(body.GetBuffer().AsSpan(0, (int)body.Length)), "application/json");
    }
}
