using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Harness.Components;

/// <summary>
/// An Azure Storage Queue service on loopback (Azurite). Its data is in memory, or on disk but written only every five seconds
/// and at an orderly end: <see cref="KillAsync"/> loses queues.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    // The account that every storage emulator has; publicly documented, no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Version = "2021-12-02";

    private readonly int _port = FreePort.Next();
    private readonly string _folder = LocalFolders.NewRunFolder("azurite");
    private readonly HttpClient _http = Loopback.NewHttpClient();
    private readonly ComponentProcess _process;

    private AzuriteServer(bool keepsQueues) => _process = new ComponentProcess(_port, () => Start(keepsQueues));

    /// <summary>What its process has used.</summary>
    internal ProcessUsage Usage => _process.Usage;

    /// <summary>A storage connection string, as <c>TELEMETRY_QUEUE_CONNECTION</c> takes it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};QueueEndpoint=http://127.0.0.1:{_port}/{Account};";

    /// <summary>Starts the service and waits until it takes connections: one to two seconds.</summary>
    /// <param name="keepsQueues">True keeps them on disk over <see cref="TerminateAsync"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<AzuriteServer> StartAsync(bool keepsQueues = false, CancellationToken cancellationToken = default)
    {
        var server = new AzuriteServer(keepsQueues);
        try
        {
            await server.StartAgainAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a queue of this name.</summary>
    public Uri QueueUrl(string name) => new($"http://127.0.0.1:{_port}/{Account}/{name}");

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
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode is not HttpStatusCode.Conflict)
            response.EnsureSuccessStatusCode();
        return QueueUrl(name);
    }

    /// <summary>Ends the service at once (SIGKILL); its queues are lost.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => _process.KillAsync(cancellationToken);

    /// <summary>Ends the service in order (SIGTERM); its queues are kept where it was started to keep them.</summary>
    public Task TerminateAsync(CancellationToken cancellationToken = default) => _process.TerminateAsync(cancellationToken);

    /// <summary>Starts the service on the port it had, empty unless it keeps its queues.</summary>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public Task StartAgainAsync(CancellationToken cancellationToken = default) => _process.StartAsync(cancellationToken);

    /// <summary>Stops the service in its tracks (SIGSTOP).</summary>
    public void Freeze() => _process.Send(Signal.Stop);

    /// <summary>Lets a frozen service go on.</summary>
    public void Thaw() => _process.Send(Signal.Continue);

    /// <summary>Ends the service and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        LocalFolders.RemoveRunFolder(_folder);
    }

    private ChildProcessStart Start(bool keepsQueues)
    {
        var program = LocalFolders.Installed(Path.Combine(LocalFolders.Npm, "node_modules/azurite/dist/src/queue/main.js"));
        string[] storage = keepsQueues ? ["--location", _folder] : ["--inMemoryPersistence"];
        return new ChildProcessStart(
            LocalFolders.Node,
            [
                program, "--queueHost", "127.0.0.1", "--queuePort", $"{_port}",
                "--silent", "--skipApiVersionCheck", "--disableTelemetry", .. storage,
            ])
        {
            Name = "Azurite",
            WorkingDirectory = _folder,
            LogFile = Path.Combine(_folder, "output.log"),
        };
    }
}
