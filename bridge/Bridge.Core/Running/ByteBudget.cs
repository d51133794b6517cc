namespace Bridge.Core.Running;

/// <summary>
/// Bounds the bytes that a stage holds. A reservation that does not fit waits, first come first served. A reservation larger than
/// the whole budget is granted when no other exists, so that nothing is too large.
/// </summary>
/// <param name="bytes">The budget in bytes.</param>
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

    /// <summary>True while a reservation waits.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _waiters.Count > 0;
        }
    }

    /// <summary>Reserves bytes. Waits until they fit into the budget.</summary>
    /// <param name="amount">Bytes; <see cref="Reservation.Resize"/> corrects them later.</param>
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

    /// <summary>Reserves bytes if they fit now; otherwise returns null.</summary>
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

    /// <summary>Reserved bytes. Disposal releases them.</summary>
    internal sealed class Reservation(ByteBudget budget, long amount) : IDisposable
    {
        private long _amount = amount;

        /// <summary>Corrects the amount to the bytes in use. Does not wait, even when it exceeds the budget.</summary>
        public void Resize(long amount) => budget.Change(amount - Interlocked.Exchange(ref _amount, amount));

        /// <summary>Moves a part of the bytes to a new reservation.</summary>
        /// <param name="part">Bytes of the new reservation.</param>
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
