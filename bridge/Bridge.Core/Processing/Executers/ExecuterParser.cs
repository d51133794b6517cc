using System.Buffers;
using System.Text;
using System.Text.Json;
using Bridge.Core.Processing.Encryption;

namespace Bridge.Core.Processing.Executers;

/// <summary>Reads one executer. The forms are in docs/reference/rules.md.</summary>
internal ref struct ExecuterParser(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> EndOfName = SearchValues.Create(" \t=?,'");

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <summary>Reads it.</summary>
    /// <param name="text">The executer, such as <c>split records</c>.</param>
    /// <param name="opener">Opens encrypted events for <c>decode</c>; null: they stay as they are.</param>
    /// <exception cref="FormatException">It has no such form; the message says what to write.</exception>
    public static Executer Parse(string text, EventOpener? opener)
    {
        var parser = new ExecuterParser(text);
        var verb = parser.ReadWord();
        var executer = verb switch
        {
            "decode" => parser.IsAtEnd() ? new DecodeExecuter(opener) : new DecodeMemberExecuter(parser.ReadName()),
            "split" => parser.ReadSplit(),
            "assign" => parser.ReadAssign(),
            "rename" => parser.ReadRename(),
            "remove" => new RemoveExecuter(parser.ReadNames()),
            "unwrap" => parser.ReadUnwrap(),
            _ => throw parser.Wrong(1, "begin with decode, split, assign, rename, remove or unwrap"),
        };
        return parser.IsAtEnd()
            ? executer
            : throw parser.Wrong(
                parser._at + 1, "this does not belong here: put names and texts with spaces into single quotes");
    }

    private Executer ReadSplit()
    {
        var member = ReadName();
        if (IsAtEnd())
            return new SplitArrayExecuter(member);
        var column = _at + 1;
        if (ReadWord() is not "by")
            throw Wrong(column, "write split MEMBER, or split MEMBER by 'SEPARATOR'");
        column = _at + 1;
        var separator = IsAtEnd() ? "" : _text[_at] is '\'' ? ReadQuoted() : ReadWord();
        return separator.Length > 0
            ? new SplitTextExecuter(member, Encoding.UTF8.GetBytes(separator))
            : throw Wrong(column, "the separator is empty: write split MEMBER by 'SEPARATOR'");
    }

    private Executer ReadAssign()
    {
        var names = ReadNames();
        var onlyWhereAbsent = TryTake('?');
        if (!TryTake('='))
            throw Wrong(_at + 1, "write assign NAME=VALUE, or NAME?=VALUE for events that lack the member");
        return names is [var only]
            ? new AssignExecuter(only, ReadValue(), onlyWhereAbsent)
            : new AssignFieldsExecuter(names, ReadName(), onlyWhereAbsent);
    }

    private RenameExecuter ReadRename()
    {
        var from = ReadName();
        if (!TryTake('='))
            throw Wrong(_at + 1, "write rename OLD=NEW");
        var to = ReadName();
        return from.Utf8.AsSpan().SequenceEqual(to.Utf8)
            ? throw Wrong(_at + 1, "both names are the same")
            : new RenameExecuter(from, to);
    }

    private Executer ReadUnwrap()
    {
        SkipSpace();
        var column = _at + 1;
        return ReadWord() switch
        {
            "sns" => new UnwrapSnsExecuter(),
            "eventbridge" => new UnwrapEventBridgeExecuter(),
            "s3" => new UnwrapS3Executer(),
            _ => throw Wrong(column, "write unwrap sns, unwrap eventbridge or unwrap s3"),
        };
    }

    // All that is left: a text in quotes, a number, true, false, null, or a text as it stands.
    private byte[] ReadValue()
    {
        SkipSpace();
        if (_at < _text.Length && _text[_at] is '\'')
            return EventBuilder.Quote(Encoding.UTF8.GetBytes(ReadQuoted()));
        var value = Encoding.UTF8.GetBytes(_text[_at..].Trim().ToString());
        if (value.Length == 0)
            throw Wrong(_at + 1, "the value is missing: write '' for an empty text");
        _at = _text.Length;
        return IsConstant(value) ? value : EventBuilder.Quote(value);
    }

    private static bool IsConstant(byte[] value)
    {
        try
        {
            var reader = new Utf8JsonReader(value);
            return reader.Read()
                && reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
                && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private MemberName[] ReadNames()
    {
        var names = new List<MemberName> { ReadName() };
        while (TryTake(','))
            names.Add(ReadName());
        return [.. names];
    }

    private MemberName ReadName()
    {
        SkipSpace();
        var column = _at + 1;
        if (_at < _text.Length && _text[_at] is '\'')
            return new MemberName(ReadQuoted());
        var length = _text[_at..].IndexOfAny(EndOfName);
        var name = length < 0 ? _text[_at..] : _text.Slice(_at, length);
        _at += name.Length;
        return name.IsEmpty
            ? throw Wrong(column, "the name of a member is missing")
            : new MemberName(name.ToString());
    }

    // A quote inside is written twice.
    private string ReadQuoted()
    {
        var start = _at++;
        var content = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c is '\'' && !TryTakeHere('\''))
                return content.ToString();
            content.Append(c);
        }

        throw Wrong(start + 1, "the text that begins here has no end: add a '");
    }

    private string ReadWord()
    {
        SkipSpace();
        var start = _at;
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]))
            _at++;
        return _text[start.._at].ToString();
    }

    private bool TryTake(char symbol)
    {
        SkipSpace();
        return TryTakeHere(symbol);
    }

    private bool TryTakeHere(char symbol)
    {
        if (_at >= _text.Length || _text[_at] != symbol)
            return false;
        _at++;
        return true;
    }

    private bool IsAtEnd()
    {
        SkipSpace();
        return _at >= _text.Length;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private readonly FormatException Wrong(int column, string problem) =>
        new($"'{_text}' is no executer: column {column}: {problem}");
}
