using Microsoft.AspNetCore.Http;

namespace Telemetry.Tests.Azure;

/// <summary>What the Queue service answers.</summary>
internal static class Answers
{
    /// <summary>Success, whatever was asked for.</summary>
    public static Task Stored(HttpContext context)
    {
        context.Response.StatusCode = context.Request.Method switch
        {
            "GET" => StatusCodes.Status200OK,
            "DELETE" => StatusCodes.Status204NoContent,
            "PUT" when context.Request.Path.Value!.Contains("/messages/", StringComparison.Ordinal) =>
                StatusCodes.Status204NoContent,
            _ => StatusCodes.Status201Created,
        };
        context.Response.Headers["x-ms-popreceipt"] = "next";
        context.Response.Headers["x-ms-time-next-visible"] = "Fri, 09 Oct 2009 23:29:20 GMT";
        context.Response.Headers["x-ms-approximate-messages-count"] = "3";
        return context.Request.Method is "POST" ? Messages(context, "") : Task.CompletedTask;
    }

    public static Task Error(HttpContext context, int status, string code, string body = "<Error>the server's own words</Error>")
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        context.Response.Headers["x-ms-request-id"] = "req-1";
        return context.Response.WriteAsync(body);
    }

    public static Task Busy(HttpContext context, int retryAfterSeconds = 0)
    {
        if (retryAfterSeconds > 0)
            context.Response.Headers.RetryAfter = retryAfterSeconds.ToString();
        return Error(context, 503, "ServerBusy");
    }

    /// <summary>The connection ends in the middle.</summary>
    public static Task HangUp(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>A message list, with the byte order mark that the service puts before it.</summary>
    public static Task Messages(HttpContext context, params string[] escapedTexts)
    {
        var messages = escapedTexts.Select((text, n) => $"""
              <QueueMessage>
                <MessageId>id-{n}</MessageId>
                <InsertionTime>Fri, 09 Oct 2009 21:04:30 GMT</InsertionTime>
                <ExpirationTime>Fri, 31 Dec 9999 23:59:59 GMT</ExpirationTime>
                <PopReceipt>receipt+{n}/=</PopReceipt>
                <TimeNextVisible>Fri, 09 Oct 2009 23:29:20 GMT</TimeNextVisible>
                <DequeueCount>7</DequeueCount>
                <MessageText>{text}</MessageText>
              </QueueMessage>
            """);
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(
            $"\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<QueueMessagesList>\n{string.Concat(messages)}</QueueMessagesList>");
    }
}
