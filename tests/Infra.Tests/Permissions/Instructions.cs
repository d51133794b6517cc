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
    private readonly List<(MethodBase Method, Type? On)> _calls = [];
    private readonly List<string> _texts = [];

    // Of what the instruction before has left on the stack; null where that is not told by it alone.
    private Type? _pushed;

    private Instructions()
    {
    }

    /// <summary>Methods that are called, constructed or turned into delegates, as they were defined.</summary>
    public IReadOnlyList<MethodBase> Methods => _methods;

    /// <summary>
    /// Calls, with their type arguments, and the type of what was pushed last before: of a getter's call, what it is called on.
    /// </summary>
    public IReadOnlyList<(MethodBase Method, Type? On)> Calls => _calls;

    /// <summary>Constant texts.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Reads a method's body; of one without, such as an interface's, nothing.</summary>
    public static Instructions Of(MethodBase method)
    {
        var instructions = new Instructions();
        var body = method.GetMethodBody();
        var code = body?.GetILAsByteArray() ?? [];
        // A handler begins with what was caught.
        var caught = body?.ExceptionHandlingClauses.Where(clause => clause.Flags is ExceptionHandlingClauseOptions.Clause)
            .ToDictionary(clause => clause.HandlerOffset, clause => clause.CatchType) ?? [];
        for (var at = 0; at < code.Length;)
        {
            instructions._pushed = caught.GetValueOrDefault(at, instructions._pushed);
            at = instructions.Read(method, code, at);
        }

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
        _pushed = Pushed(method, Codes[value].Name!, code, at);
        return at + SizeOf(operand, code, at);
    }

    private Type? Pushed(MethodBase method, string instruction, byte[] code, int at) => instruction.Split('.') switch
    {
        // Between the check for null and the call of a conditional access.
        ["dup" or "pop" or "nop" or "ldnull" or "br" or "brtrue" or "brfalse", ..] => _pushed,
        ["ldloc", "s"] => method.GetMethodBody()!.LocalVariables[code[at]].LocalType,
        ["ldloc", var index] => method.GetMethodBody()!.LocalVariables[int.Parse(index)].LocalType,
        ["ldarg", "s"] => Argument(method, code[at]),
        ["ldarg", var index] => Argument(method, int.Parse(index)),
        ["ldfld"] or ["ldsfld"] => (Resolve(method, Token(code, at)) as FieldInfo)?.FieldType,
        ["castclass"] or ["isinst"] => Resolve(method, Token(code, at)) as Type,
        ["call"] or ["callvirt"] => (Resolve(method, Token(code, at)) as MethodInfo)?.ReturnType,
        ["newobj"] => Resolve(method, Token(code, at))?.DeclaringType,
        _ => null,
    };

    private static Type? Argument(MethodBase method, int index) => method.IsStatic ? method.GetParameters()[index].ParameterType
        : index == 0 ? method.DeclaringType
        : method.GetParameters()[index - 1].ParameterType;

    private void AddMethod(MethodBase method, int token)
    {
        if (Resolve(method, token) is not MethodBase called)
            return;
        _calls.Add((called, _pushed));
        _methods.Add(called.Module.ResolveMethod(called.MetadataToken)!);
    }

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, typeArguments, methodArguments);
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
