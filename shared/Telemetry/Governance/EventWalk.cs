using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Governance;

/// <summary>
/// Copies an event while a reader reads it. It leaves out the tokens that are replaced and the attributes that do not fit.
/// </summary>
/// <param name="json">The event.</param>
/// <param name="output">Takes the copy.</param>
/// <param name="most">Bytes of the copy at most.</param>
internal ref struct EventWalk(ReadOnlySpan<byte> json, PooledBytes output, int most)
{
    // Room for the members behind the attributes: the trace, the sender and the number of dropped attributes.
    private const int Tail = 1_536;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly int _most = most - Tail;
    private int _copied;
    private int _passed;
    private bool _attributesNext;
    private bool _inAttributes;
    private int _attributes;
    private int _dropped;
    private int _attributeStart;

    internal PooledBytes Output { get; } = output;

    /// <summary>Copies up to a token and leaves the token out.</summary>
    internal void Replace(int start, int end)
    {
        CopyTo(start);
        _copied = end;
    }

    /// <summary>Call this after each token that was read and handled.</summary>
    internal void Passed(scoped ref Utf8JsonReader reader) => _passed = (int)reader.BytesConsumed;

    /// <summary>Call this when a member begins. An event may be cut only before a member of its attributes.</summary>
    internal void BeginMember(scoped ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        _attributesNext = !_inAttributes && reader.CurrentDepth == 1 && name.SequenceEqual("attributes"u8);
        if (!_inAttributes || reader.CurrentDepth != 2)
            return;
        EndAttribute();
        _attributeStart = Output.Length;
        _copied = (int)reader.TokenStartIndex;
        if (_attributes > 0)
            Output.Append(","u8);
    }

    /// <summary>Call this when an object begins or ends. It may be the object of the attributes.</summary>
    internal void Bound(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartObject && _attributesNext
            && reader.CurrentDepth == 1 && _most < int.MaxValue - Tail)
        {
            _inAttributes = true;
            CopyTo((int)reader.BytesConsumed);
            _attributeStart = -1;
        }
        else if (reader.TokenType is JsonTokenType.EndObject && _inAttributes && reader.CurrentDepth == 1)
        {
            EndAttribute();
            _inAttributes = false;
            _copied = (int)reader.TokenStartIndex;
            CopyTo((int)reader.BytesConsumed);
            AppendMark();
        }

        _attributesNext = false;
    }

    internal void Finish() => CopyTo(_json.Length);

    private void CopyTo(int end)
    {
        if (end > _copied)
            Output.Append(_json[_copied..end]);
        _copied = Math.Max(_copied, end);
    }

    private void EndAttribute()
    {
        if (_attributeStart < 0)
            return;
        CopyTo(_passed);
        if (Output.Length <= _most)
        {
            _attributes++;
            return;
        }

        Output.Truncate(_attributeStart);
        _dropped++;
    }

    private readonly void AppendMark()
    {
        if (_dropped == 0)
            return;
        Output.Append(",\"droppedAttributes\":"u8);
        EventLimits.AppendNumber(_dropped, Output);
    }
}
