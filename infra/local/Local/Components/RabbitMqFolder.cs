namespace Local.Components;

/// <summary>One broker's files, ports and the environment that leads its programs to them.</summary>
internal sealed class RabbitMqFolder
{
    private readonly string _folder = LocalFolders.NewRunFolder("rabbitmq");

    public RabbitMqFolder()
    {
        WriteCookie();
        File.WriteAllText(ConfigFile, $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            loopback_users = none
            vm_memory_high_watermark.absolute = 1GB
            disk_free_limit.absolute = 50MB

            """);
        File.WriteAllText(Path.Combine(_folder, "enabled_plugins"), "[].");
        Environment = Variables();
    }

    public int Port { get; } = FreePort.Next();

    public int EpmdPort { get; } = FreePort.Next();

    public string LogFile => Path.Combine(_folder, "output.log");

    public IReadOnlyDictionary<string, string> Environment { get; }

    private string ConfigFile => Path.Combine(_folder, "rabbitmq.conf");

    public void Remove() => LocalFolders.RemoveRunFolder(_folder);

    private void WriteCookie()
    {
        var cookie = Path.Combine(_folder, ".erlang.cookie");
        File.WriteAllText(cookie, Guid.NewGuid().ToString("N"));
        // Erlang refuses a cookie that others can read; on Windows nothing here runs.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
    }

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _folder,
        ["RABBITMQ_NODENAME"] = $"telemetry{Port}@localhost",
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
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        ["ERL_EPMD_PORT"] = $"{EpmdPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };
}
