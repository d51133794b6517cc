using System.CommandLine;
namespace Bridge.Commands;
internal static class InspectCommand { public static Command Create() => new("inspect"); }
