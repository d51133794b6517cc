using Bridge.Tools.Audit;

namespace Bridge.Tests.Audit;

/// <summary>The set against the plain set of numbers that it stands for, whatever is added in whatever order.</summary>
public sealed class IntervalSetTests
{
    private const int Seeds = 300;

    [Fact]
    public void It_holds_what_a_plain_set_holds_in_ranges_that_do_not_touch() => ForAll((numbers, seed) =>
    {
        var (set, plain) = (new IntervalSet(), new HashSet<uint>());
        foreach (var number in numbers)
        {
            var before = set.Ranges.Count;
            var grows = set.WouldGrow(number);
            Assert.Equal(plain.Add(number), set.Add(number));
            Assert.Equal(grows, set.Ranges.Count > before);
        }

        Assert.Equal(plain.Count, set.Count);
        Assert.Equal(plain.Order(), set.Ranges.SelectMany(Numbers));
        Assert.All(set.Ranges.Zip(set.Ranges.Skip(1)), pair => Assert.True((long)pair.Second.First - pair.First.Last > 1, $"seed {seed}"));
        Assert.All(numbers, number => Assert.True(set.Contains(number)));
        Assert.All(set.Ranges.Where(range => range.Last < uint.MaxValue), range => Assert.False(set.Contains(range.Last + 1)));
    });

    [Fact]
    public void Gaps_and_sets_together_are_every_number_once() => ForAll((numbers, seed) =>
    {
        var random = new Random(seed);
        var sets = new[] { new IntervalSet(), new IntervalSet() };
        foreach (var number in numbers)
            sets[random.Next(2)].Add(number);
        var first = numbers.Min() + (uint)random.Next(3);
        var last = Math.Max(first, numbers.Max() - (uint)random.Next(3));

        var gaps = IntervalSet.Gaps(first, last, sets).ToList();

        var held = numbers.Where(number => number >= first && number <= last).ToHashSet();
        var missing = gaps.SelectMany(Numbers).ToList();
        Assert.Equal((long)last - first + 1, held.Count + missing.Count);
        Assert.DoesNotContain(missing, held.Contains);
        Assert.All(gaps.Zip(gaps.Skip(1)), pair => Assert.True(pair.First.Last < pair.Second.First - 1, $"seed {seed}"));
    });

    // Dense and sparse ones, at the beginning, in the middle and at the end of all numbers.
    private static void ForAll(Action<uint[], int> check)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var width = random.Next(1, 200);
            var start = (random.Next(3)) switch { 0 => 0L, 1 => 1_000_000L, _ => (long)uint.MaxValue - width };
            check([.. Enumerable.Range(0, random.Next(1, 150)).Select(_ => (uint)(start + random.Next(width + 1)))], seed);
        }
    }

    private static IEnumerable<uint> Numbers(SequenceRange range)
    {
        for (long number = range.First; number <= range.Last; number++)
            yield return (uint)number;
    }
}
