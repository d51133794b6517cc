using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Local.Components;

/// <summary>
/// An Azure Storage Queue service on loopback (Azurite). Its data is in memory: <see cref="KillAsync"/> loses all queues.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    // The account that every storage emulator has; publicly documented, no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Version = "2021-12-02";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly int _port = FreePort.Next();
    private readonly string _folder = LocalFolders.NewRunFolder("azurite");
    private readonly HttpClient _http = Loopback.NewHttpClient();
    private ChildProcess? _process;

    private AzuriteServer()
    {
    }

    /// <summary>A storage connection string, as <c>TELEMETRY_QUEUE_CONNECTION</c> takes it.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};QueueEndpoint=http://127.0.0.1:{_port}/{Account};";

    /// <summary>Starts the service and waits until it takes connections: one to two seconds.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public static async Task<AzuriteServer> StartAsync(CancellationToken cancellationToken = default)
    {
        var server = new AzuriteServer();
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
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        if (_process is null)
            return;
        await _process.KillAsync(cancellationToken);
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Starts the service, empty, on the port it had.</summary>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        await KillAsync(cancellationToken);
        var program = LocalFolders.Installed(Path.Combine(LocalFolders.Npm, "node_modules/azurite/dist/src/queue/main.js"));
        _process = await ChildProcess.StartAsync(
            new ChildProcessStart(
                LocalFolders.Node,
                [program, "--queueHost", "127.0.0.1", "--queuePort", $"{_port}", "--silent", "--skipApiVersionCheck",
                    "--disableTelemetry", "--inMemoryPersistence"])
            {
                Name = "Azurite",
                WorkingDirectory = _folder,
                LogFile = Path.Combine(_folder, "output.log"),
            });
        await Loopback.WaitForPortAsync(_port, _process, StartPatience, cancellationToken);
    }

    /// <summary>Stops the service in its tracks (SIGSTOP).</summary>
    public void Freeze() => _process?.SendSignal(Signal.Stop);

    /// <summary>Lets a frozen service go on.</summary>
    public void Thaw() => _process?.SendSignal(Signal.Continue);

    /// <summary>Ends the service and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        LocalFolders.RemoveRunFolder(_folder);
    }
}
