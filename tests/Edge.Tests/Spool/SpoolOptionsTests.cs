using Bridge.Edge.Spool;

namespace Edge.Tests.Spool;

public sealed class SpoolOptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_documentation()
    {
        var options = new SpoolOptions();

        Assert.Equal((1L << 30, 256L << 20), (options.MaxBytes, options.MinFreeBytes));
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.SyncInterval);
        Assert.Null(options.Directory);
        Assert.Null(options.Key);
        Assert.Empty(options.Validate(isRequired: false, []));
    }

    [Fact]
    public void Every_error_is_a_line_that_names_the_setting_and_the_remedy()
    {
        var options = new SpoolOptions
        {
            Directory = "spool",
            MaxBytes = 1_000,
            MinFreeBytes = -1,
            SyncInterval = TimeSpan.Zero,
            Key = "k2",
        };

        Assert.Equal(
            [
                "Bridge:Spool:Directory is 'spool': give an absolute path, such as /var/lib/bridge/spool",
                "Bridge:Spool:MaxBytes is 1000: give 1048576 to 1099511627776 bytes",
                "Bridge:Spool:MinFreeBytes is -1: give 0 to 1099511627776 bytes",
                "Bridge:Spool:SyncInterval is 00:00:00: give 00:00:00.001 to 00:00:10",
                "Bridge:Spool:Key names no key of Bridge:Keys: set Bridge__Keys__KVER to a key, and give its KVER",
            ],
            options.Validate(isRequired: true, ["k1"]));
    }

    [Fact]
    public void The_folder_is_required_where_an_intake_uses_it() => Assert.Equal(
        ["Bridge:Spool:Directory is not set: set Bridge__Spool__Directory to a folder on a disk that outlives the process"],
        new SpoolOptions().Validate(isRequired: true, []));
}
