namespace Bridge.Tools.Spool;

/// <summary>What <c>--help</c> says of <c>bridge spool</c>.</summary>
internal static class SpoolHelp
{
    public const string Spool = "Works with the spool, where events wait on the disk that came in through intakes";

    public const string SpoolDetails =
        """
        The folder is the one that Bridge__Spool__Directory names, or --directory. All but replay only read, and the bridge may run
        meanwhile.
        """;

    public const string Status = "Shows how much waits in the spool, and which damaged files were put aside";

    public const string Verify = "Checks the database and the digest of every batch; the exit code is 1 when something is wrong";

    public const string List = "Lists the batches, the oldest first, without their events";

    public const string Export = "Writes the events of the batches as JSON Lines. They stay in the spool";

    public const string ExportDetails =
        """
        Encrypted batches need the key that they were stored with, in Bridge__Keys__KVER. Those that cannot be opened are named on
        standard error; the exit code is then 1.

        Examples:
          bridge spool export --output events.jsonl
          bridge spool export --file /var/lib/bridge/spool/damaged/spool-20261130T080000.000Z.db
        """;

    public const string Replay = "Puts the batches of a database that was put aside back into the spool. Stop the bridge before";

    public const string ReplayDetails =
        """
        Batches keep their identity: what was published before is published again with the same message_id. The file stays.

        Example:
          bridge spool replay /var/lib/bridge/spool/damaged/spool-20261130T080000.000Z.db
        """;
}
