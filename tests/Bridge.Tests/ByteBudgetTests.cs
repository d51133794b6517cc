using Bridge.Core.Running;

namespace Bridge.Tests;

public sealed class ByteBudgetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Whoever_wants_more_than_is_left_waits_in_order()
    {
        var budget = new ByteBudget(100);
        var first = await budget.ReserveAsync(80, CancellationToken.None);
        var second = budget.ReserveAsync(40, CancellationToken.None).AsTask();
        var third = budget.ReserveAsync(10, CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);

        first.Dispose();
        (await second.WaitAsync(Patience)).Dispose();
        (await third.WaitAsync(Patience)).Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task What_is_larger_than_the_budget_is_admitted_alone()
    {
        var budget = new ByteBudget(100);
        var small = await budget.ReserveAsync(1, CancellationToken.None);
        var large = budget.ReserveAsync(1_000, CancellationToken.None).AsTask();
        Assert.False(large.IsCompleted);
        small.Dispose();
        (await large.WaitAsync(Patience)).Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task Who_gives_up_waiting_lets_the_next_one_in()
    {
        var budget = new ByteBudget(100);
        using var held = await budget.ReserveAsync(50, CancellationToken.None);
        using var giveUp = new CancellationTokenSource();
        var first = budget.ReserveAsync(90, giveUp.Token).AsTask();
        var second = budget.ReserveAsync(50, CancellationToken.None).AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        (await second.WaitAsync(Patience)).Dispose();
    }

    [Fact]
    public async Task Resizing_down_and_splitting_keep_the_sum()
    {
        var budget = new ByteBudget(100);
        var whole = await budget.ReserveAsync(80, CancellationToken.None);
        var part = whole.Split(30);
        Assert.Equal(80, budget.Used);
        whole.Dispose();
        Assert.Equal(30, budget.Used);
        part.Resize(5);
        Assert.Equal(5, budget.Used);
        part.Dispose();
        part.Dispose();
        Assert.Equal(0, budget.Used);
    }
}
