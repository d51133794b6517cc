using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Harness.Components;

/// <summary>
/// An Azure Storage Queue service on loopback (Azurite). Its data is in memory, or on disk but written only every five seconds
/// and at an orderly end: <see cref="KillAsync"/> loses queues.
/// </summary>
public sealed class AzuriteServer : QueueEmulator
{
    // The account that every storage emulator has; publicly documented, no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Version = "2021-12-02";

    private AzuriteServer(bool keepsQueues)
        : base("azurite", keepsQueues)
    {
    }

    /// <summary>A storage connection string, as <c>TELEMETRY_QUEUE_CONNECTION</c> takes it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};QueueEndpoint=http://127.0.0.1:{Port}/{Account};";

    /// <summary>Starts the service and waits until it takes connections: one to two seconds.</summary>
    /// <param name="keepsQueues">True keeps them on disk over <see cref="TerminateAsync"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static Task<AzuriteServer> StartAsync(bool keepsQueues = false, CancellationToken cancellationToken = default) =>
        StartedAsync(new AzuriteServer(keepsQueues), cancellationToken);

    /// <summary>The address of a queue of this name.</summary>
    public Uri QueueUrl(string name) => new($"http://127.0.0.1:{Port}/{Account}/{name}");

    /// <summary>Makes a queue; one that exists is left as it is.</summary>
    /// <returns>The queue's address.</returns>
    /// <exception cref="HttpRequestException">The service refused.</exception>
    public async Task<Uri> CreateQueueAsync(string name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, QueueUrl(name));
        var date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        request.Headers.Add("x-ms-date", date);
        request.Headers.Add("x-ms-version", Version);
        // Shared Key Lite of the Queue service: verb, MD5, type, date (in x-ms-date), x-ms headers, resource.
        var signed = $"PUT\n\n\n\nx-ms-date:{date}\nx-ms-version:{Version}\n/{Account}/{Account}/{name}";
        var signature = HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(signed));
        request.Headers.Add("Authorization", $"SharedKeyLite {Account}:{Convert.ToBase64String(signature)}");
        using var response = await Http.SendAsync(request, cancellationToken);
        if (response.StatusCode is not HttpStatusCode.Conflict)
            response.EnsureSuccessStatusCode();
        return QueueUrl(name);
    }

    private protected override ChildProcessStart Start()
    {
        var program = LocalFolders.Installed(Path.Combine(LocalFolders.Npm, "node_modules/azurite/dist/src/queue/main.js"));
        string[] storage = KeepsQueues ? ["--location", Folder] : ["--inMemoryPersistence"];
        return new ChildProcessStart(
            LocalFolders.Node,
            [
                program, "--queueHost", "127.0.0.1", "--queuePort", $"{Port}",
                "--silent", "--skipApiVersionCheck", "--disableTelemetry", .. storage,
            ])
        {
            Name = "Azurite",
            WorkingDirectory = Folder,
            LogFile = Path.Combine(Folder, "output.log"),
        };
    }
}
