using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Infra.Tests.Permissions;

/// <summary>What a compiled method refers to: the methods that it calls or hands over, and the texts that it loads.</summary>
internal sealed class Instructions
{
    private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    private readonly List<MethodBase> _methods = [];
    private readonly List<string> _texts = [];

    private Instructions()
    {
    }

    /// <summary>Methods that are called, constructed or turned into delegates, as they were defined.</summary>
    public IReadOnlyList<MethodBase> Methods => _methods;

    /// <summary>Constant texts.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Reads a method's body; of one without, such as an interface's, nothing.</summary>
    public static Instructions Of(MethodBase method)
    {
        var instructions = new Instructions();
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
            at = instructions.Read(method, code, at);
        return instructions;
    }

    private int Read(MethodBase method, byte[] code, int at)
    {
        int value = code[at++];
        if (value == 0xFE)
            value = (value << 8) | code[at++];
        var operand = Codes[value].OperandType;
        if (operand is OperandType.InlineMethod or OperandType.InlineTok)
            AddMethod(method, Token(code, at));
        else if (operand is OperandType.InlineString)
            _texts.Add(method.Module.ResolveString(Token(code, at)));
        return at + SizeOf(operand, code, at);
    }

    private void AddMethod(MethodBase method, int token)
    {
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        if (method.Module.ResolveMember(token, typeArguments, methodArguments) is MethodBase called)
            _methods.Add(called.Module.ResolveMethod(called.MetadataToken)!);
    }

    private static int Token(byte[] code, int at) => BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));

    private static int SizeOf(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * Token(code, at)),
        _ => 4,
    };
}
