using Bridge.Core.Routing;

namespace Bridge.Tests.Processing;

public sealed class RuleOptionsTests
{
    [Fact]
    public void Right_rules_have_no_error() => Assert.Empty(RuleOptions.Validate(
    [
        new RuleOptions { When = "style == 'metrics'", RoutingKey = "metrics.{service}" },
        new RuleOptions { When = "level < info", Drop = true },
        new RuleOptions { When = "true", Exchange = "audit" },
    ]));

    [Theory]
    [InlineData(null, true, null, null, "Bridge:Rules:0:When is missing")]
    [InlineData("style = 'a'", true, null, null, "Bridge:Rules:0:When: 'style = 'a'' is no condition: column 7: ")]
    [InlineData("true", true, "audit", null, "Bridge:Rules:0:Drop is true")]
    [InlineData("true", false, null, null, "Bridge:Rules:0:does nothing")]
    [InlineData("true", false, "", null, "Bridge:Rules:0:Exchange has 0 bytes")]
    [InlineData("true", false, null, "{a", "Bridge:Rules:0:RoutingKey '{a' has a brace")]
    public void Each_mistake_is_one_line(string? when, bool drop, string? exchange, string? routingKey, string error)
    {
        var rule = new RuleOptions { When = when, Drop = drop, Exchange = exchange, RoutingKey = routingKey };

        Assert.StartsWith(error, Assert.Single(RuleOptions.Validate([rule])), StringComparison.Ordinal);
    }
}
