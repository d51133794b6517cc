using Bridge.CloudQueues;
using Bridge.Hosting.Collector;
using Bridge.RabbitMq.Connections;

namespace Bridge.Tests.Status;

public sealed class ConfigurationViewTests
{
    [Fact]
    public void Secrets_are_masked_whether_set_or_not()
    {
        var options = new BridgeOptions
        {
            Queues =
            [
                new QueueOptions { Url = "http://127.0.0.1/account/queue", Kind = "azure", Connection = "AccountKey=planted" },
                new QueueOptions(),
            ],
            Keys = new Dictionary<string, string>(StringComparer.Ordinal) { ["2026"] = "planted" },
            EventKeys = new Dictionary<string, string>(StringComparer.Ordinal) { ["1.0"] = "fernet:planted" },
            RabbitMq = new RabbitMqOptions { Uri = "amqp://user:planted@host/", ClientKeyPassword = "planted" },
            Otlp = new OtlpOptions { Endpoint = "http://host:4318/?key=planted", Headers = "key=planted" },
        };

        var settings = ConfigurationView.Create(options);

        Assert.DoesNotContain(settings, setting => setting.Value.Contains("planted", StringComparison.Ordinal));
        var values = settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        string[] secrets = ["Queues:0:Connection", "Keys:2026", "EventKeys:1.0", "RabbitMq:ClientKeyPassword", "Otlp:Headers"];
        foreach (var name in secrets)
            Assert.Equal("••••••", values[name]);
        Assert.Equal("none", values["Queues:1:Connection"]);
        Assert.Equal("amqp://user:***@host/", values["RabbitMq:Uri"]);
        Assert.Equal("http://host:4318/", values["Otlp:Endpoint"]);
    }
}
