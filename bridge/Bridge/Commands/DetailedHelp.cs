using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Bridge.Tools;

namespace Bridge.Commands;

/// <summary>Prints the library's help and, below it, the details of the command.</summary>
internal sealed class DetailedHelp(SynchronousCommandLineAction standard) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Replaces the action of the root command's help option.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new DetailedHelp((SynchronousCommandLineAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = standard.Invoke(parseResult);
        var details = parseResult.CommandResult.Command switch
        {
            DocumentedCommand command => command.Details,
            RootCommand => Help.RootDetails,
            _ => "",
        };
        parseResult.InvocationConfiguration.Output.WriteLine(details);
        return result;
    }
}
