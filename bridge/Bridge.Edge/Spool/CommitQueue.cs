namespace Bridge.Edge.Spool;

/// <summary>What waits to be committed, in its order, and who waits for it. Safe for several threads.</summary>
internal sealed class CommitQueue
{
    private const int RowsOfGroup = 1_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<SpooledBatch> _added = [];
    private readonly List<SettledRow> _removed = [];
    private readonly HashSet<long> _removedIds = [];
    private readonly Queue<(long Ordinal, TaskCompletionSource Done)> _waiters = [];
    private long _taken;
    private long _committed;
    private long _bytes;

    /// <summary>Bytes of the batches that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Batches that wait.</summary>
    public int Batches
    {
        get
        {
            lock (_gate)
                return _added.Count;
        }
    }

    /// <summary>Rows that wait to be removed.</summary>
    public int Removed
    {
        get
        {
            lock (_gate)
                return _removed.Count;
        }
    }

    /// <summary>True when somebody waits for a batch to be committed.</summary>
    public bool HasWaiters
    {
        get
        {
            lock (_gate)
                return _waiters.Count > 0;
        }
    }

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _added.Count == 0 && _removed.Count == 0;
        }
    }

    /// <summary>Adds a batch.</summary>
    public void Add(SpooledBatch batch)
    {
        lock (_gate)
        {
            _added.AddLast(batch);
            _bytes += batch.Bytes.Length;
            _taken++;
        }
    }

    /// <summary>Adds a row to be removed.</summary>
    public void Remove(in SettledRow row)
    {
        lock (_gate)
        {
            _removed.Add(row);
            _removedIds.Add(row.Id);
        }
    }

    /// <summary>True for a row that waits to be removed.</summary>
    public bool IsRemoved(long id)
    {
        lock (_gate)
            return _removedIds.Contains(id);
    }

    /// <summary>Completes when every batch that was added before is committed.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_committed == _taken)
                return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue((_taken, done));
            return done.Task;
        }
    }

    /// <summary>What the next transaction holds; it stays in the queue until <see cref="Commit"/>.</summary>
    /// <param name="space">Only batches that fit are in it; rows to be removed make room.</param>
    /// <param name="isBlocked">True when there are batches, and not even the first fits.</param>
    /// <returns>Null when there is nothing that can be committed.</returns>
    public CommitGroup? Peek(SpoolSpace space, out bool isBlocked)
    {
        lock (_gate)
        {
            var (added, bytes) = (new List<SpooledBatch>(), 0L);
            for (var node = _added.First; node is not null && space.Fits(bytes + node.Value.Bytes.Length); node = node.Next)
            {
                if (added.Count > 0 && bytes + node.Value.Bytes.Length > SpoolLimits.TransactionBytes)
                    break;
                added.Add(node.Value);
                bytes += node.Value.Bytes.Length;
            }

            isBlocked = added.Count == 0 && _added.Count > 0;
            var removed = _removed.GetRange(0, Math.Min(_removed.Count, RowsOfGroup));
            return added.Count + removed.Count == 0 ? null : new CommitGroup(added, removed, bytes);
        }
    }

    /// <summary>Takes what was committed out of the queue, and tells those who wait.</summary>
    public void Commit(CommitGroup group)
    {
        lock (_gate)
        {
            for (var i = 0; i < group.Added.Count; i++)
                _added.RemoveFirst();
            foreach (var row in group.Removed)
                _removedIds.Remove(row.Id);
            _removed.RemoveRange(0, group.Removed.Count);
            _bytes -= group.Bytes;
            _committed += group.Added.Count;
            while (_waiters.TryPeek(out var waiter) && waiter.Ordinal <= _committed)
                _waiters.Dequeue().Done.SetResult();
        }
    }

    /// <summary>Fails everybody who waits: nothing is committed any more.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            while (_waiters.TryDequeue(out var waiter))
                waiter.Done.SetException(new IOException("the spool has ended before it could commit"));
        }
    }
}

/// <summary>What one transaction holds.</summary>
/// <param name="Added">Batches to store.</param>
/// <param name="Removed">Rows to remove.</param>
/// <param name="Bytes">Bytes of the batches.</param>
internal sealed record CommitGroup(IReadOnlyList<SpooledBatch> Added, IReadOnlyList<SettledRow> Removed, long Bytes);
