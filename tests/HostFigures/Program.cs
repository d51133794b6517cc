using HostFigures;

// What telemetry costs a function, and how a host starts. Figures of one run compare; those of two runs need not.
switch (args)
{
    case ["times"] or ["times", _]:
        return await CallerTimes.RunAsync(args.ElementAtOrDefault(1));
    case ["azure", var program]:
        return await CallerTimes.RunAzureAsync(program);
    case ["first", .. { Length: > 0 } programs]:
        return await CallerTimes.RunFirstAsync(programs);
    case ["starts", .. { Length: > 0 } programs]:
        await Starts.RunAsync(programs);
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: hostfigures times [LAMBDA_EXECUTABLE] | azure WORKER_EXECUTABLE"
            + " | first LAMBDA_EXECUTABLE ... | starts NAME=EXECUTABLE ...");
        return 2;
}
