using System.Security.Cryptography;
using System.Text;

namespace Simulation;

/// <summary>What many runs came to.</summary>
internal sealed class RunTotals
{
    private readonly List<RunReport> _reports = [];

    /// <summary>Runs in which a rule was broken.</summary>
    public int Broken { get; private set; }

    public void Add(RunReport report) => _reports.Add(report);

    public void AddBroken() => Broken++;

    public string Render(TimeSpan took) =>
        $"{_reports.Count + Broken:N0} runs, {Broken:N0} broken; {Sum(report => report.Events):N0} events in {Sum(report => report.Messages):N0} messages,"
        + $" {Sum(report => report.Faults):N0} faults, {Sum(report => report.Duplicates):N0} duplicates, {Sum(report => report.DeadLetters):N0} dead letters"
        + $" ({Sum(report => report.GivenUp):N0} chunks given up), {Sum(report => report.Steps):N0} steps,"
        + $" {TimeSpan.FromTicks(Sum(report => report.Took.Ticks)).TotalHours:N0} simulated hours in {took.TotalSeconds:N0} s; fingerprint {Fingerprint()}";

    private long Sum(Func<RunReport, long> figure) => _reports.Sum(figure);

    private string Fingerprint() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(_reports.Select(report => report.Fingerprint)))))[..16];
}
