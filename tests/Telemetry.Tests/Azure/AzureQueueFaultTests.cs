using System.Diagnostics;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

public sealed class AzureQueueFaultTests
{
    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(408, "")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(502, "")]
    [InlineData(503, "ServerBusy")]
    [InlineData(504, "")]
    public async Task What_may_pass_is_tried_again(int status, string code)
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number <= 2 ? Answers.Error(context, status, code) : Answers.Stored(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => request.Body).Distinct(StringComparer.Ordinal));
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task The_service_may_say_how_long_to_wait()
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number == 1 ? Answers.Busy(context, retryAfterSeconds: 2) : Answers.Stored(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.8), TimeSpan.FromSeconds(10));
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task A_service_that_stays_busy_is_given_up_after_five_tries()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Busy(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(["VFE="u8.ToArray()], _bound));

        Assert.Equal(5, server.Requests.Count);
        Assert.True(error.Failure.IsTransient);
        Assert.Equal((503, "ServerBusy", "req-1"), (error.Failure.Status, error.Failure.Code, error.Failure.RequestId));
        Assert.Contains("throttled", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_replaced()
    {
        await using var server = await FakeQueueServer.StartAsync((number, context) =>
            number == 1 ? Answers.HangUp(context) : Answers.Stored(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        Assert.Equal(2, server.Requests.Count);
    }

    [Trait("Lane", "full")]
    [Fact]
    public async Task Connections_that_keep_breaking_are_an_error_without_an_answer()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.HangUp(context));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(["VFE="u8.ToArray()], _bound));

        Assert.Equal(5, server.Requests.Count);
        Assert.True(error.Failure.IsTransient);
        Assert.Null(error.Failure.Status);
        Assert.Contains($"the connection to '{server.Queue.Url.Authority}' failed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "AuthenticationFailed", "check that AccountName and AccountKey belong to this address")]
    [InlineData(403, "AuthorizationPermissionMismatch", "the shared access signature lacks the permission")]
    [InlineData(403, "AuthorizationServiceMismatch", "must allow the queue service")]
    [InlineData(403, "AuthorizationFailure", "network rules")]
    [InlineData(403, "KeyBasedAuthenticationNotPermitted", "the account forbids keys")]
    [InlineData(403, "AccountIsDisabled", "the storage account is disabled")]
    [InlineData(404, "QueueNotFound", "the queue does not exist: create it")]
    [InlineData(400, "InvalidResourceName", "3 to 63 lower-case letters")]
    [InlineData(400, "InvalidXmlDocument", "send it as Base64")]
    [InlineData(409, "SomethingElse", "Put Message on http://")]
    public async Task What_will_not_pass_is_tried_once_and_says_what_to_do(int status, string code, string remedy)
    {
        const string ServersWords = "the MAC found was abc123secret";
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => Answers.Error(context, status, code, ServersWords));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.SendAsync(["e30="u8.ToArray()], _bound));

        Assert.Single(server.Requests);
        Assert.False(error.Failure.IsTransient);
        Assert.Contains($"failed with {status} {code} (request req-1)", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.All(
            [ServersWords, "e30=", "c2VjcmV0", "SharedKey"],
            secret => Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_queue_being_deleted_may_be_created_later()
    {
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => Answers.Error(context, 409, "QueueBeingDeleted"));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.CreateIfMissingAsync(_bound));

        Assert.True(error.Failure.IsTransient);
        Assert.Contains("is being deleted", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><body>Sign in to the network</body></html>")]
    [InlineData("<QueueMessagesList><QueueMessage><MessageText>secret</MessageText></QueueMessage></QueueMessagesList>")]
    [InlineData("<QueueMessagesList><QueueMessage><MessageText>secret")]
    [InlineData("no XML")]
    [InlineData("")]
    public async Task An_answer_that_is_no_message_list_is_an_error(string body)
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Error(context, 200, "", body));
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(
            () => queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.Zero, _bound));

        Assert.Contains("the answer is no message list", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_call_that_waits_for_its_next_try()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = await FakeQueueServer.StartAsync(async (_, context) =>
        {
            await Answers.Busy(context, retryAfterSeconds: 600);
            await context.Response.CompleteAsync();
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(100));
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var sending = queue.SendAsync(["VFE="u8.ToArray()], cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(10), _bound));
    }

    [Fact]
    public async Task Cancelling_ends_a_call_that_waits_for_its_answer()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = await FakeQueueServer.StartAsync(async (_, context) =>
        {
            await cancellation.CancelAsync();
            var gone = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var asking = queue.GetDepthAsync(cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(10), _bound));
    }

    [Fact]
    public async Task A_receive_that_is_cancelled_while_its_call_is_under_way_brings_what_that_leased()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = await FakeQueueServer.StartAsync(async (_, context) =>
        {
            await cancellation.CancelAsync();
            await Answers.Messages(context, "{}");
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);

        var receive = queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), cancellation.Token);
        Assert.Single(await receive.WaitAsync(_bound));
    }

    [Fact]
    public async Task A_cancelled_receive_does_not_wait_for_its_next_call()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = await FakeQueueServer.StartAsync(async (_, context) =>
        {
            await cancellation.CancelAsync();
            await Answers.Messages(context);
        });
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var receiving = queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(TimeSpan.FromSeconds(10), _bound));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_wrong_connection_string_is_an_error_of_the_first_call_not_of_opening()
    {
        var address = new Uri("https://acct.queue.core.windows.net/orders");
        var endpoint = Endpoints.Azure(address, "AccountName=acct;AccountKey=not!base64");
        await using var queue = new AzureQueue(endpoint, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains("the storage connection string is none", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not!base64", error.ToString(), StringComparison.Ordinal);
        Assert.Single(await queue.CheckAsync(_bound));
    }
}
