namespace Bridge.Edge.Formats.Pickle;

/// <summary>
/// Reads a pickle of the protocols 0 to 5 as data. Nothing in it is executed or imported: whatever would make an object gives
/// a <see cref="PickleObject"/>. Numbers are long, double or BigInteger; texts are strings, and bytes arrays.
/// </summary>
internal ref struct PickleReader
{
    /// <summary>Most operations: what a message of 1 MiB may make of them stays below 20 MB.</summary>
    public const int MostOperations = 200_000;

    private const int LongestName = 128;

    private static readonly object Mark = new();

    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private PickleInput _input;
    private bool _isBroken;

    private PickleReader(ReadOnlySpan<byte> bytes) => _input = new PickleInput(bytes);

    /// <summary>Reads a pickle.</summary>
    /// <param name="bytes">The pickle; what stands behind its end does not count.</param>
    /// <param name="value">What it describes.</param>
    /// <returns>False when it breaks the rules or the limit.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out object? value)
    {
        var reader = new PickleReader(bytes);
        return reader.TryRun(out value);
    }

    private bool TryRun(out object? value)
    {
        value = null;
        for (var operations = 0; operations < MostOperations; operations++)
        {
            var opcode = (PickleOpcode)_input.ReadByte();
            if (_input.IsBroken)
                return false;
            if (opcode is PickleOpcode.Stop)
            {
                value = Pop();
                return !_isBroken;
            }

            Run(opcode);
            if (_isBroken || _input.IsBroken)
                return false;
        }

        return false;
    }

    private void Run(PickleOpcode opcode)
    {
        if (TryRunValue(opcode) || TryRunCollection(opcode) || TryRunMemo(opcode) || TryRunObject(opcode))
            return;
        switch (opcode)
        {
            case PickleOpcode.Mark:
                _stack.Add(Mark);
                break;
            case PickleOpcode.Pop:
                if (_stack.Count > 0)
                    _stack.RemoveAt(_stack.Count - 1);
                break;
            case PickleOpcode.PopMark:
                PopToMark();
                break;
            case PickleOpcode.Dup:
                _stack.Add(Peek());
                break;
            case PickleOpcode.Proto:
                _input.ReadByte();
                break;
            case PickleOpcode.Frame:
                _input.ReadInt64();
                break;
            case PickleOpcode.ReadOnlyBuffer:
                break;
            default:
                _isBroken = true;
                break;
        }
    }

    private bool TryRunValue(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None:
                _stack.Add(null);
                break;
            case PickleOpcode.NewTrue:
                _stack.Add(true);
                break;
            case PickleOpcode.NewFalse:
                _stack.Add(false);
                break;
            case PickleOpcode.BinInt1:
                _stack.Add((long)_input.ReadByte());
                break;
            case PickleOpcode.BinInt2:
                _stack.Add((long)_input.ReadUInt16());
                break;
            case PickleOpcode.BinInt:
                _stack.Add((long)_input.ReadInt32());
                break;
            case PickleOpcode.Int:
                _stack.Add(_input.ReadDecimalLong(hasBooleans: true));
                break;
            case PickleOpcode.Long:
                _stack.Add(_input.ReadDecimalLong(hasBooleans: false));
                break;
            case PickleOpcode.Long1:
                _stack.Add(_input.ReadBinaryLong(_input.ReadByte()));
                break;
            case PickleOpcode.Long4:
                _stack.Add(_input.ReadBinaryLong(_input.ReadInt32()));
                break;
            case PickleOpcode.Float:
                _stack.Add(_input.ReadDecimalDouble());
                break;
            case PickleOpcode.BinFloat:
                _stack.Add(_input.ReadDouble());
                break;
            default:
                return TryRunText(opcode);
        }

        return true;
    }

    private bool TryRunText(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.String:
                _stack.Add(_input.ReadQuoted());
                break;
            case PickleOpcode.Unicode:
                _stack.Add(_input.ReadRawUnicode());
                break;
            case PickleOpcode.ShortBinString or PickleOpcode.ShortBinUnicode:
                _stack.Add(_input.ReadUtf8(_input.ReadByte()));
                break;
            case PickleOpcode.BinString:
                _stack.Add(_input.ReadUtf8(_input.ReadInt32()));
                break;
            case PickleOpcode.BinUnicode:
                _stack.Add(_input.ReadUtf8((uint)_input.ReadInt32()));
                break;
            case PickleOpcode.BinUnicode8:
                _stack.Add(_input.ReadUtf8(_input.ReadInt64()));
                break;
            case PickleOpcode.ShortBinBytes:
                _stack.Add(_input.Read(_input.ReadByte()).ToArray());
                break;
            case PickleOpcode.BinBytes:
                _stack.Add(_input.Read((uint)_input.ReadInt32()).ToArray());
                break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8:
                _stack.Add(_input.Read(_input.ReadInt64()).ToArray());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool TryRunCollection(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyList or PickleOpcode.EmptyTuple or PickleOpcode.EmptySet:
                _stack.Add(new PickleList());
                break;
            case PickleOpcode.EmptyDict:
                _stack.Add(new PickleDict());
                break;
            case PickleOpcode.List or PickleOpcode.Tuple or PickleOpcode.FrozenSet:
                _stack.Add(ListOf(PopToMark()));
                break;
            case PickleOpcode.Tuple1:
                _stack.Add(ListOf(PopMany(1)));
                break;
            case PickleOpcode.Tuple2:
                _stack.Add(ListOf(PopMany(2)));
                break;
            case PickleOpcode.Tuple3:
                _stack.Add(ListOf(PopMany(3)));
                break;
            case PickleOpcode.Dict:
                var dict = PopToMark();
                _stack.Add(new PickleDict());
                AddMembers(dict);
                break;
            case PickleOpcode.Append:
                AddItems(PopMany(1));
                break;
            case PickleOpcode.Appends or PickleOpcode.AddItems:
                AddItems(PopToMark());
                break;
            case PickleOpcode.SetItem:
                AddMembers(PopMany(2));
                break;
            case PickleOpcode.SetItems:
                AddMembers(PopToMark());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool TryRunMemo(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Put:
                _memo[_input.ReadDecimal()] = Peek();
                break;
            case PickleOpcode.BinPut:
                _memo[_input.ReadByte()] = Peek();
                break;
            case PickleOpcode.LongBinPut:
                _memo[_input.ReadInt32()] = Peek();
                break;
            case PickleOpcode.Memoize:
                _memo[_memo.Count] = Peek();
                break;
            case PickleOpcode.Get:
                Recall(_input.ReadDecimal());
                break;
            case PickleOpcode.BinGet:
                Recall(_input.ReadByte());
                break;
            case PickleOpcode.LongBinGet:
                Recall(_input.ReadInt32());
                break;
            default:
                return false;
        }

        return true;
    }

    // Classes, functions, calls and states: a placeholder, whatever they would do.
    private bool TryRunObject(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global:
                _stack.Add(Named(_input.ReadLine(), _input.ReadLine()));
                break;
            case PickleOpcode.StackGlobal:
                var names = PopMany(2);
                _stack.Add(new PickleObject(names is [string module, string name] ? Short($"{module}.{name}") : "unknown"));
                break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj or PickleOpcode.Build:
                // The class or object below the arguments stays.
                PopMany(1);
                _stack.Add(Object(Pop()));
                break;
            case PickleOpcode.NewObjEx:
                PopMany(2);
                _stack.Add(Object(Pop()));
                break;
            case PickleOpcode.Obj:
                _stack.Add(Object(PopToMark() is [var first, ..] ? first : null));
                break;
            case PickleOpcode.Inst:
                PopToMark();
                _stack.Add(Named(_input.ReadLine(), _input.ReadLine()));
                break;
            case PickleOpcode.PersId:
                _input.ReadLine();
                _stack.Add(new PickleObject("persistent"));
                break;
            case PickleOpcode.BinPersId:
                Pop();
                _stack.Add(new PickleObject("persistent"));
                break;
            case PickleOpcode.Ext1:
                _stack.Add(new PickleObject($"extension {_input.ReadByte()}"));
                break;
            case PickleOpcode.Ext2:
                _stack.Add(new PickleObject($"extension {_input.ReadUInt16()}"));
                break;
            case PickleOpcode.Ext4:
                _stack.Add(new PickleObject($"extension {_input.ReadInt32()}"));
                break;
            case PickleOpcode.NextBuffer:
                _stack.Add(new PickleObject("buffer"));
                break;
            default:
                return false;
        }

        return true;
    }

    private static PickleObject Object(object? made) => made as PickleObject ?? new PickleObject("unknown");

    private static PickleObject Named(ReadOnlySpan<byte> module, ReadOnlySpan<byte> name) =>
        new(Short($"{System.Text.Encoding.UTF8.GetString(module)}.{System.Text.Encoding.UTF8.GetString(name)}"));

    private static string Short(string name) => name.Length > LongestName ? name[..LongestName] : name;

    private static PickleList ListOf(object?[] items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        return list;
    }

    // What is appended to an object that stands for another is lost with it.
    private void AddItems(object?[] items)
    {
        if (Peek() is PickleList list)
            list.Items.AddRange(items);
        else
            _isBroken |= Peek() is not PickleObject;
    }

    private void AddMembers(object?[] items)
    {
        if (Peek() is not PickleDict dict)
        {
            _isBroken |= Peek() is not PickleObject;
            return;
        }

        _isBroken |= items.Length % 2 != 0;
        for (var i = 0; i + 1 < items.Length; i += 2)
            dict.Members.Add((items[i], items[i + 1]));
    }

    private void Recall(int index)
    {
        _isBroken |= !_memo.TryGetValue(index, out var value);
        _stack.Add(value);
    }

    private object? Peek()
    {
        if (_stack.Count > 0 && _stack[^1] != Mark)
            return _stack[^1];
        _isBroken = true;
        return null;
    }

    private object? Pop()
    {
        var top = Peek();
        if (!_isBroken)
            _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object?[] PopMany(int count)
    {
        var first = _stack.Count - count;
        if (first < 0 || _stack.IndexOf(Mark, first) >= 0)
        {
            _isBroken = true;
            return [];
        }

        var items = _stack.GetRange(first, count).ToArray();
        _stack.RemoveRange(first, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            _isBroken = true;
            return [];
        }

        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }
}
