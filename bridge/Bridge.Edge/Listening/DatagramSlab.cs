namespace Bridge.Edge.Listening;

/// <summary>A block of memory that datagrams are received into, one behind the other.</summary>
internal sealed class DatagramSlab(int size)
{
    private int _users;

    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size);

    /// <summary>Bytes in use, from the front.</summary>
    public int Length { get; set; }

    public void Use() => Interlocked.Increment(ref _users);

    /// <summary>True for the last user.</summary>
    public bool Release() => Interlocked.Decrement(ref _users) == 0;
}
