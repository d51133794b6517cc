namespace Harness.Components;

/// <summary>
/// A RabbitMQ broker of this process's own, on loopback, with the user guest; or, where <c>RABBITMQ_URI</c> is set, the broker it
/// names.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private const string ErlangCall = "/usr/bin/erl_call";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Null together, for an external broker.
    private readonly RabbitMqFolder? _folder;
    private ChildProcess? _nameServer;
    private readonly ComponentProcess? _broker;
    private bool _hasRun;

    private RabbitMqServer(Uri uri) => Uri = uri;

    /// <summary>A broker that does not run yet.</summary>
    internal RabbitMqServer(RabbitMqFolder folder)
        : this(new Uri($"amqp://guest:guest@127.0.0.1:{folder.Port}/"))
    {
        _folder = folder;
        _broker = new ComponentProcess(folder.Port, () => new ChildProcessStart($"{Programs}/rabbitmq-server")
        {
            Name = "RabbitMQ",
            Environment = folder.Environment,
            LogFile = folder.LogFile,
        });
    }

    /// <summary>The default virtual host's address, with user and password.</summary>
    public Uri Uri { get; }

    /// <summary>The AMQP port; it stays the same when the broker starts again.</summary>
    public int Port => Uri.IsDefaultPort || Uri.Port < 0 ? 5672 : Uri.Port;

    /// <summary>What the broker's own tools call it.</summary>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    public string NodeName => Folder().NodeName;

    /// <summary>What the broker has used since it started; zeros for an external one.</summary>
    internal ProcessUsage Usage => _broker?.Usage ?? default;

    /// <summary>Starts a broker and waits until it takes connections: four to five seconds.</summary>
    /// <exception cref="FileNotFoundException">RabbitMQ is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start; the last lines of its output are in the message.</exception>
    public static async Task<RabbitMqServer> StartAsync(CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable("RABBITMQ_URI") is { Length: > 0 } external)
            return new RabbitMqServer(new Uri(external));

        LocalFolders.Installed($"{Programs}/rabbitmq-server");
        var server = new RabbitMqServer(new RabbitMqFolder(new ErlangCluster(nodes: 1), node: 0));
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

    /// <summary>
    /// Makes a virtual host in which guest may do everything. An external broker makes none: its own address comes back.
    /// </summary>
    /// <returns>The virtual host's address.</returns>
    public async Task<Uri> CreateVirtualHostAsync(string name, CancellationToken cancellationToken = default)
    {
        if (_folder is null)
            return Uri;
        await EvaluateAsync(
            $"ok = rabbit_vhost:add(<<\"{name}\">>, <<\"local\">>), ok = rabbit_auth_backend_internal:set_permissions("
                + $"<<\"guest\">>, <<\"{name}\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"local\">>).",
            cancellationToken);
        return new Uri(Uri, Uri.EscapeDataString(name));
    }

    /// <summary>Makes the running broker listen with TLS on one more port of loopback, until it ends.</summary>
    /// <param name="certificate">What it shows.</param>
    /// <param name="clientAuthority">PEM file of the authority that clients' certificates must come from; null asks clients for
    /// none.</param>
    /// <param name="versions">The protocol's versions as Erlang lists them.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The port.</returns>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    /// <exception cref="InvalidOperationException">It refused.</exception>
    public async Task<int> ListenWithTlsAsync(
        IssuedCertificate certificate,
        string? clientAuthority = null,
        string versions = "'tlsv1.3','tlsv1.2'",
        CancellationToken cancellationToken = default)
    {
        var port = FreePort.Next();
        var verify = clientAuthority is null
            ? "{verify,verify_none}"
            : $"{{cacertfile,\"{clientAuthority}\"}},{{verify,verify_peer}},{{fail_if_no_peer_cert,true}}";
        await EvaluateAsync(
            "{ok,_}=application:ensure_all_started(ssl), ok=rabbit_networking:start_ssl_listener({\"127.0.0.1\"," + $"{port}}},"
                + $"[{{certfile,\"{certificate.CertificateFile}\"}},{{keyfile,\"{certificate.KeyFile}\"}},{{versions,[{versions}]}},{verify}], 2).",
            cancellationToken);
        return port;
    }

    /// <summary>Runs <c>rabbitmqctl</c> against this broker.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        var start =
            new ChildProcessStart($"{Programs}/rabbitmqctl", ["--quiet", .. arguments]) { Environment = Folder().Environment };
        var result = await ChildCommand.RunAsync(start, cancellationToken: cancellationToken);
        return result.EnsureSuccess($"rabbitmqctl {arguments[0]}").Output;
    }

    /// <summary>Evaluates Erlang in the broker, without the second that <c>rabbitmqctl</c> takes to start.</summary>
    /// <param name="expressions">Ended by a full stop.</param>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    /// <exception cref="InvalidOperationException">An expression failed; the message says how.</exception>
    public async Task EvaluateAsync(string expressions, CancellationToken cancellationToken = default)
    {
        var start =
            new ChildProcessStart(ErlangCall, ["-n", Folder().NodeName, "-r", "-e"]) { Environment = Folder().Environment };
        var result = await ChildCommand.RunAsync(start, expressions + "\n", cancellationToken: cancellationToken);
        if (result.ExitCode != 0 || !result.Output.StartsWith("{ok,", StringComparison.Ordinal))
            throw new InvalidOperationException($"the broker did not evaluate it: {result.Output}{result.Errors}");
    }

    /// <summary>
    /// Ends the running broker as a power cut would (SIGKILL). What it confirmed as persistent is on disk, and so is all that was
    /// declared.
    /// </summary>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        // 3.10 answers a declaration before its log is on disk: on a busy machine two of sixteen exchanges were gone.
        await EvaluateAsync("mnesia:sync_log().", cancellationToken);
        await _broker!.KillAsync(cancellationToken);
    }

    /// <summary>Starts the broker, with the data and on the port it had, and waits until it takes connections.</summary>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    /// <exception cref="InvalidOperationException">It did not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        var folder = Folder();
        if (folder.HasNameServer)
            _nameServer ??= await StartNameServerAsync(folder, cancellationToken);
        await _broker!.StartAsync(cancellationToken);
        if (_hasRun && !folder.IsClustered)
            await ElectLeadersAsync(cancellationToken);
        _hasRun = true;
    }

    /// <summary>Stops the broker in its tracks (SIGSTOP): connections stay open and nothing answers.</summary>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    public void Freeze() => Signal(Components.Signal.Stop);

    /// <summary>Lets a frozen broker go on.</summary>
    /// <exception cref="NotSupportedException">The broker is external.</exception>
    public void Thaw() => Signal(Components.Signal.Continue);

    /// <summary>Ends the broker and removes its data; an external one is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_folder is null)
            return;
        // Its data goes anyway: an orderly shutdown would only take longer.
        await _broker!.DisposeAsync();
        if (_nameServer is not null)
            await _nameServer.DisposeAsync();
        _folder.Remove();
    }

    // The broker would start this daemon by itself, but then it would outlive everyone.
    private static async Task<ChildProcess> StartNameServerAsync(RabbitMqFolder folder, CancellationToken cancellationToken)
    {
        var nameServer = await ChildProcess.StartAsync(
            new ChildProcessStart(
                "/usr/bin/epmd", "-port", $"{folder.EpmdPort}", "-address", "127.0.0.1")
            { Environment = folder.Environment });
        await Loopback.WaitForPortAsync(folder.EpmdPort, nameServer, StartTimeout, cancellationToken);
        return nameServer;
    }

    // After a kill, 3.10 now and then leaves a quorum queue of a single node a follower that never stands for election: its
    // commands, publishes among them, then wait for ever. Where there is a leader, this changes nothing.
    private async Task ElectLeadersAsync(CancellationToken cancellationToken)
    {
        const string Elect =
            "[ra:trigger_election(amqqueue:get_pid(Queue)) || Queue <- rabbit_amqqueue:list(), amqqueue:is_quorum(Queue)].";
        await EvaluateAsync(Elect, cancellationToken);
    }

    private void Signal(Signal signal)
    {
        Folder();
        _broker?.Send(signal);
    }

    private RabbitMqFolder Folder() =>
        _folder ?? throw new NotSupportedException(
            "RABBITMQ_URI names the broker: it is not controlled from here; unset the variable");
}
