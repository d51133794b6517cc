using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Harness.Components;

/// <summary>An SQS on loopback (fauxqs). Its data is in memory, or on disk with every call.</summary>
public sealed class FauxqsServer : QueueEmulator
{
    private FauxqsServer(bool keepsQueues)
        : base("fauxqs", keepsQueues)
    {
    }

    /// <summary>The service's address.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{Port}/");

    /// <summary>
    /// What the AWS credential chain needs in a sender's or a bridge's environment; the emulator does not check signatures.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Credentials { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ACCESS_KEY_ID"] = "local",
            ["AWS_SECRET_ACCESS_KEY"] = "local",
            ["AWS_REGION"] = "us-east-1",
        };

    /// <summary>Starts the service and waits until it takes connections: about half a second.</summary>
    /// <param name="keepsQueues">True keeps them over <see cref="KillAsync"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static Task<FauxqsServer> StartAsync(bool keepsQueues = false, CancellationToken cancellationToken = default) =>
        StartedAsync(new FauxqsServer(keepsQueues), cancellationToken);

    /// <summary>The address of a queue of this name.</summary>
    public Uri QueueUrl(string name) => new(Endpoint, $"000000000000/{name}");

    /// <summary>Makes a queue.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="maximumMessageSize">The longest message in bytes: 1,024 to 1,048,576.</param>
    /// <param name="attributes">Further attributes, such as <c>VisibilityTimeout</c>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The queue's address; the one in the service's own answer may not resolve.</returns>
    /// <exception cref="HttpRequestException">The service refused.</exception>
    public async Task<Uri> CreateQueueAsync(
        string name,
        int maximumMessageSize = 262_144,
        IReadOnlyDictionary<string, string>? attributes = null,
        CancellationToken cancellationToken = default)
    {
        var all = new JsonObject { ["MaximumMessageSize"] = $"{maximumMessageSize}" };
        foreach (var (attribute, value) in attributes ?? new Dictionary<string, string>(StringComparer.Ordinal))
            all[attribute] = value;
        await CallAsync("CreateQueue", new JsonObject { ["QueueName"] = name, ["Attributes"] = all }, cancellationToken);
        return QueueUrl(name);
    }

    /// <summary>Calls any operation of the JSON 1.0 protocol.</summary>
    /// <param name="operation">Its name, such as <c>GetQueueAttributes</c>.</param>
    /// <param name="request">Its members.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The answer; an empty object where the service sends none.</returns>
    /// <exception cref="HttpRequestException">The service refused; its answer is in the message.</exception>
    public async Task<JsonObject> CallAsync(string operation, JsonObject request, CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, Endpoint)
        {
            Content = new StringContent(request.ToJsonString(), new MediaTypeHeaderValue("application/x-amz-json-1.0")),
        };
        message.Headers.Add("X-Amz-Target", $"AmazonSQS.{operation}");
        using var response = await Http.SendAsync(message, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{operation} failed with {(int)response.StatusCode}: {text}", null, response.StatusCode);
        }

        return text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject();
    }

    private protected override ChildProcessStart Start() =>
        NodeScript.Start(
            Path.Combine(LocalFolders.Scripts, "fauxqs.mjs"), KeepsQueues ? [$"{Port}", Folder] : [$"{Port}"]);
}
