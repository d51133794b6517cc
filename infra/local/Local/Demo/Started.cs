namespace Local.Demo;

/// <summary>Ends what was started, or was about to be.</summary>
internal static class Started
{
    /// <summary>Waits for the start and disposes what came of it; a failed start left nothing behind.</summary>
    public static async Task DisposeAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (starting.IsCompletedSuccessfully)
            await starting.Result.DisposeAsync();
    }
}
