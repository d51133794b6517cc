namespace Local.Demo;

/// <summary>The function CreateOrder in one cloud's host.</summary>
internal interface IOrderFunction : IAsyncDisposable
{
    /// <summary>Creates an order and gives its identity.</summary>
    /// <param name="order">The body of <c>POST /api/orders</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The function refused or failed.</exception>
    Task<string> CreateAsync(string order, CancellationToken cancellationToken);
}
