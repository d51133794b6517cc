"""Packs events into queue messages (docs/wire-format.md) with the standard library alone.

    python3 wire.py [LIMIT] < events.jsonl      # one message text a line, of LIMIT bytes at most: as SQS takes them, else 65536

TELEMETRY_KEY (KVER:BASE64): batches are encrypted. That needs the package `cryptography`, since the library has no AES-GCM.
Batches are not compressed, since it has no Brotli either.
"""
import base64, codecs, functools, hashlib, hmac, itertools, json, os, struct, sys, time

AZURE, SQS = 65_536, 262_144  # longest message texts, in bytes
MOST_EVENTS = 65_536
KVER, _, MASTER = os.environ.get("TELEMETRY_KEY", "").partition(":")

@functools.cache
def _identity():  # made at the first send and again in a forked child: two processes must never share one
    return struct.pack(">Q", time.time_ns() // 1_000_000)[2:] + os.urandom(6), itertools.count()

os.register_at_fork(after_in_child=_identity.cache_clear)

def pack(events, limit=SQS):
    """Message texts for events, each a dict, or one JSON object as str or UTF-8 bytes; `limit`: bytes of a text."""
    size = limit // 4 * 3 - 36
    if size < 1:
        raise ValueError(f"a limit of {limit} bytes holds no chunk: give 52 or more")
    room = size - (45 + len(KVER.encode()) if KVER else 0)
    lines, held = [], 0
    for event in events:
        line = _line(event)
        if lines and (held + len(line) > room or len(lines) == MOST_EVENTS):
            yield from _messages(b"".join(lines), size)
            lines, held = [], 0
        lines.append(line)
        held += len(line)
    if lines:
        yield from _messages(b"".join(lines), size)

def _line(event):
    if isinstance(event, str):
        event = event.encode(errors="replace")
    elif not isinstance(event, (bytes, bytearray)):
        event = _json(event).encode()
    return event.removeprefix(codecs.BOM_UTF8).strip().replace(b"\n", b" ") + b"\n"

def _json(event, form=dict(default=str, separators=(",", ":"))):
    try:
        text = json.dumps(event, allow_nan=False, **form)
    except ValueError:  # what JSON has no number for becomes a text: "NaN", "Infinity", "-Infinity"
        text = json.dumps(json.loads(json.dumps(event, **form), parse_constant=str), **form)
    if text[0] != "{":
        raise TypeError(f"an event is a dict, not {type(event).__name__}")
    return text

def _messages(batch, size):
    sender, sequence = _identity()
    prefix = struct.pack(">2sBB12sI", b"TQ", 1, 2 if KVER else 0, sender, next(sequence))
    sealed = _encrypt(batch, prefix) if KVER else batch
    slices = range(0, len(sealed), size)
    total = struct.pack(">HI", len(slices), len(sealed))
    digest = hashlib.sha256(prefix + total + sealed).digest()[:8]
    for index, start in enumerate(slices):
        header = prefix + struct.pack(">H", index) + total + digest
        yield base64.b64encode(header + sealed[start:start + size]).decode()

def _encrypt(plain, prefix):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    kver, master, salt, nonce = KVER.encode(), base64.b64decode(MASTER), os.urandom(16), os.urandom(12)
    if len(master) != 32:
        raise ValueError("TELEMETRY_KEY is not KVER:BASE64 of 32 bytes")
    name = bytes([len(kver)]) + kver
    extracted = hmac.digest(salt, master, "sha256")
    key = hmac.digest(extracted, b"telemetry-queue/1" + prefix + b"\x01", "sha256")  # HKDF's first and only block
    return name + salt + nonce + AESGCM(key).encrypt(nonce, plain, prefix + name)

if __name__ == "__main__":
    for text in pack(filter(bytes.strip, sys.stdin.buffer), int(sys.argv[1]) if sys.argv[1:] else SQS):
        print(text)
