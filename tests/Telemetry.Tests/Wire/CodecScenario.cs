using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Telemetry.Queues;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>What one run of a property is about; all content follows from the seed, so a failure is told in one line.</summary>
public sealed record CodecScenario(int MessageBytes, bool Encrypted, int Senders, int[] EventBytes, int Seed)
{
    private const int LargestEvent = 200_000;

    internal KeyRing Keys => Encrypted ? new KeyRing(WireSamples.Key) : KeyRing.Empty;

    public static Arbitrary<CodecScenario> Arbitrary => (
        from messageBytes in Between(BatchPacker.SmallestMessageBytes, 1_048_576)
        from encrypted in Gen.Elements(true, false)
        from senders in Gen.Choose(1, 3)
        from events in Gen.Choose(1, 25)
        from sizes in Between(2, LargestWithin(messageBytes)).ArrayOf(events)
        from seed in Gen.Choose(0, int.MaxValue)
        select new CodecScenario(messageBytes, encrypted, senders, sizes, seed)).ToArbitrary();

    internal BatchPacker Packer(int sender) => new(
        MessageBytes, new SenderId(1, (ulong)sender), Encrypted ? WireSamples.Key : null);

    internal IReadOnlyList<byte[]> Events(int sender)
    {
        var random = new Random(Seed + sender);
        return [.. EventBytes.Select(length => EventOf(random.Next(3), length, random))];
    }

    public override string ToString() =>
        $"messages of {MessageBytes}, encrypted {Encrypted}, {Senders} senders, events of {string.Join(' ', EventBytes)}, seed {Seed}";

    // As many small as large ones: the exponent is what is chosen evenly.
    private static Gen<int> Between(int least, int most) =>
        from power in Gen.Choose(0, 1_000)
        select (int)Math.Round(least * Math.Pow((double)most / least, power / 1_000.0));

    // What does not compress must still fit the limit of chunks, encryption included.
    private static int LargestWithin(int messageBytes) =>
        Math.Min(LargestEvent, (BatchPacker.SliceBytes(messageBytes) * 1_000) - 100);

    private static byte[] EventOf(int kind, int length, Random random) => kind switch
    {
        0 => WireSamples.Event(length, random, compressible: true),
        1 => WireSamples.Event(length, random, compressible: false),
        _ => NonAscii(length, random),
    };

    private static byte[] NonAscii(int length, Random random)
    {
        var text = new StringBuilder("{\"ů\":\"");
        while (text.Length * 3 < length)
            text.Append(char.ConvertFromUtf32(random.Next(0xA0, 0xD000)));
        return Encoding.UTF8.GetBytes(text.Append("\"}").ToString());
    }
}
