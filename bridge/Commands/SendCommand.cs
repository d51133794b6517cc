using System.CommandLine;
namespace Bridge.Commands;
internal static class SendCommand { public static Command Create() => new("send"); }
