using System.CommandLine;
namespace Bridge.Commands;
internal static class DeadCommand { public static Command Create() => new("dead"); }
