namespace Bridge.Core.Running;

/// <summary>
/// Bounds the bytes that a stage holds. Whoever wants more waits, in the order of asking; one reservation larger than the
/// whole budget is admitted alone, so that nothing is too large to pass.
/// </summary>
/// <param name="bytes">The budget.</param>
internal sealed class ByteBudget(long bytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private long _used;

    /// <summary>Bytes reserved.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>True while somebody waits for room.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _waiters.Count > 0;
        }
    }

    /// <summary>Reserves bytes, waiting for room.</summary>
    /// <param name="amount">How many; may be corrected by <see cref="Reservation.Resize"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Reservation> ReserveAsync(long amount, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if (_waiters.Count == 0 && Fits(amount))
            {
                _used += amount;
                return new Reservation(this, amount);
            }

            waiter = _waiters.AddLast(new Waiter(amount));
        }

        await using var registration = cancellationToken.UnsafeRegister(_ => Withdraw(waiter, cancellationToken), null);
        await waiter.Value.Granted.Task;
        return new Reservation(this, amount);
    }

    /// <summary>Reserves bytes if there is room now; null when there is not.</summary>
    public Reservation? TryReserve(long amount)
    {
        lock (_gate)
        {
            if (_waiters.Count > 0 || !Fits(amount))
                return null;
            _used += amount;
            return new Reservation(this, amount);
        }
    }

    private bool Fits(long amount) => _used == 0 || _used + amount <= bytes;

    private void Change(long amount)
    {
        lock (_gate)
        {
            _used += amount;
            Grant();
        }
    }

    private void Withdraw(LinkedListNode<Waiter> waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (waiter.List is null)
                return;
            _waiters.Remove(waiter);
            waiter.Value.Granted.SetCanceled(cancellationToken);
            Grant();
        }
    }

    private void Grant()
    {
        while (_waiters.First is { } first && Fits(first.Value.Amount))
        {
            _waiters.RemoveFirst();
            _used += first.Value.Amount;
            first.Value.Granted.SetResult();
        }
    }

    /// <summary>Bytes held; gives them back when disposed.</summary>
    internal sealed class Reservation(ByteBudget budget, long amount) : IDisposable
    {
        private long _amount = amount;

        /// <summary>Corrects the amount to what was really taken, without waiting.</summary>
        public void Resize(long amount) => budget.Change(amount - Interlocked.Exchange(ref _amount, amount));

        /// <summary>Splits a part off into a reservation of its own.</summary>
        /// <param name="part">Its bytes.</param>
        public Reservation Split(long part)
        {
            Interlocked.Add(ref _amount, -part);
            return new Reservation(budget, part);
        }

        public void Dispose() => Resize(0);
    }

    private sealed record Waiter(long Amount)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
