namespace Harness.Components;

/// <summary>One broker's files, ports and the environment that leads its programs to them.</summary>
internal sealed class RabbitMqFolder
{
    private readonly string _folder = LocalFolders.NewRunFolder("rabbitmq");
    private readonly ErlangCluster _cluster;

    /// <param name="cluster">Whom it belongs to.</param>
    /// <param name="node">Which of its nodes it is.</param>
    public RabbitMqFolder(ErlangCluster cluster, int node)
    {
        (_cluster, Port, HasNameServer) = (cluster, cluster.Ports[node], node == 0);
        WriteCookie();
        File.WriteAllText(ConfigFile, $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            loopback_users = none
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 50MB
            {string.Join('\n', cluster.Settings)}

            """);
        File.WriteAllText(Path.Combine(_folder, "enabled_plugins"), "[].");
        Environment = Variables();
    }

    /// <summary>AMQP.</summary>
    public int Port { get; }

    /// <summary>True for the node whose owner starts the name server of all.</summary>
    public bool HasNameServer { get; }

    /// <summary>True where other nodes elect a queue's leader with this one.</summary>
    public bool IsClustered => _cluster.Ports.Count > 1;

    /// <summary>As the broker's own tools call it.</summary>
    public string NodeName => ErlangCluster.NameOf(Port);

    public int EpmdPort => _cluster.EpmdPort;

    public string LogFile => Path.Combine(_folder, "output.log");

    public IReadOnlyDictionary<string, string> Environment { get; }

    private string ConfigFile => Path.Combine(_folder, "rabbitmq.conf");

    public void Remove() => LocalFolders.RemoveRunFolder(_folder);

    private void WriteCookie()
    {
        var cookie = Path.Combine(_folder, ".erlang.cookie");
        File.WriteAllText(cookie, _cluster.Cookie);
        // Erlang refuses a cookie that others can read; on Windows nothing here runs.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
    }

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _folder,
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{FreePort.Next()}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
        ["RABBITMQ_CONFIG_FILE"] = ConfigFile,
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
        // The machine's own /etc/rabbitmq must not speak here.
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        // The script then becomes the broker by exec: signals reach the broker itself.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            $"-noinput -kernel inet_dist_use_interface {{127,0,0,1}}{(IsClustered ? " +S 1:1" : "")}",
        ["ERL_EPMD_PORT"] = $"{EpmdPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };
}

/// <summary>
/// What the nodes of one broker share: the secret, the name server, and who they are. One node is a cluster too.
/// </summary>
internal sealed class ErlangCluster(int nodes)
{
    public string Cookie { get; } = Guid.NewGuid().ToString("N");

    public int EpmdPort { get; } = FreePort.Next();

    /// <summary>AMQP ports, one a node.</summary>
    public IReadOnlyList<int> Ports { get; } = [.. Enumerable.Range(0, nodes).Select(_ => FreePort.Next())];

    /// <summary>Lines of each node's configuration.</summary>
    public IEnumerable<string> Settings => nodes == 1
        ? []
        : Ports.Select((port, node) => $"cluster_formation.classic_config.nodes.{node + 1} = {NameOf(port)}")
            .Prepend("cluster_formation.peer_discovery_backend = classic_config");

    public static string NameOf(int port) => $"telemetry{port}@localhost";
}
