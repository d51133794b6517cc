using System.Diagnostics;
using System.Net;
using Functions.Azure.Hosting;
using Functions.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Functions.Tests.Azure;

/// <summary>The flush around an invocation, with a function of one's own behind it.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class TelemetryFlushTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Nothing_of_a_response_leaves_before_the_telemetry_of_its_invocation()
    {
        await using var telemetry = new RecordedTelemetry();
        var letGo = new TaskCompletionSource();
        var sending = new TaskCompletionSource();
        telemetry.Queue.BeforeSend = async token =>
        {
            sending.TrySetResult();
            await letGo.Task.WaitAsync(token);
        };
        await using var app = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("done");
            await context.Response.CompleteAsync();
            TelemetryQueue.Send("{\"n\":1}"u8);
        });
        using var http = new HttpClient();

        var asking = http.GetAsync(app.Urls.Single(), HttpCompletionOption.ResponseHeadersRead);
        await sending.Task.WaitAsync(Patience);
        Assert.False(asking.IsCompleted);
        letGo.SetResult();
        using var response = await asking.WaitAsync(Patience);

        Assert.Equal("done", await response.Content.ReadAsStringAsync());
        Assert.Equal(4, response.Content.Headers.ContentLength);
        Assert.Single(telemetry.Queue.Messages);
    }

    [Fact]
    public async Task A_function_that_throws_is_flushed_too()
    {
        await using var telemetry = new RecordedTelemetry();
        await using var app = await StartAsync(async context =>
        {
            TelemetryQueue.Send("{\"n\":1}"u8);
            await context.Response.WriteAsync("half an ans");
            throw new InvalidOperationException("broken on purpose");
        });
        using var http = new HttpClient();

        using var response = await http.GetAsync(app.Urls.Single());

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.Single(telemetry.Queue.Messages);
    }

    [Theory]
    [InlineData(StatusCodes.Status204NoContent)]
    [InlineData(StatusCodes.Status202Accepted)]
    public async Task A_response_without_a_body_stays_one(int status)
    {
        await using var telemetry = new RecordedTelemetry();
        await using var app = await StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var http = new HttpClient();

        using var response = await http.GetAsync(app.Urls.Single());

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_refusing_queue_changes_nothing_about_the_response()
    {
        await using var telemetry = new RecordedTelemetry();
        telemetry.Queue.BeforeSend = _ => throw new InvalidOperationException("no queue today");
        await using var app = await StartAsync(AnswerAsync);
        using var http = new HttpClient();

        Assert.Equal("done", await http.GetStringAsync(app.Urls.Single()));
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_costs_the_budget()
    {
        await using var telemetry = new RecordedTelemetry(QueueLimits.Sqs, TimeSpan.FromMilliseconds(300));
        telemetry.Queue.BeforeSend = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        await using var app = await StartAsync(AnswerAsync);
        using var http = new HttpClient();

        var watch = Stopwatch.StartNew();
        Assert.Equal("done", await http.GetStringAsync(app.Urls.Single()));

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), Patience);
    }

    private static Task AnswerAsync(HttpContext context)
    {
        TelemetryQueue.Send("{\"n\":1}"u8);
        return context.Response.WriteAsync("done");
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate function)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseTelemetryFlush();
        app.Run(function);
        await app.StartAsync();
        return app;
    }
}
