"""Packs events into queue messages (docs/wire-format.md) with the standard library alone.

    python3 wire.py [--limit BYTES] [--key KVER:BASE64] < events.jsonl      # one message text a line

Batches are not compressed, since that library has no Brotli. A key needs the package `cryptography`, since it has no AES-GCM.
"""
import argparse, base64, functools, hashlib, hmac, itertools, os, struct, sys, time

AZURE, SQS = 65_536, 262_144  # longest message texts, in bytes
MOST_EVENTS = 65_536

@functools.cache
def _identity():  # made at the first send and again in a forked child: two processes must never share one
    return time.time_ns() // 1_000_000, os.urandom(6), itertools.count()

os.register_at_fork(after_in_child=_identity.cache_clear)

def pack(events, limit=SQS, key=None):
    """Message texts for events, each one JSON object in UTF-8 bytes; `limit`: bytes of a text; `key`: "KVER:BASE64"."""
    size = limit // 4 * 3 - 36
    kver, _, secret = key.partition(":") if key else ("", "", "")
    room = size - (45 + len(kver.encode()) if key else 0)
    lines, held = [], 0
    for event in events:
        line = event.strip().replace(b"\n", b" ") + b"\n"
        if lines and (held + len(line) > room or len(lines) == MOST_EVENTS):
            yield from _messages(b"".join(lines), size, kver, secret)
            lines, held = [], 0
        lines.append(line)
        held += len(line)
    if lines:
        yield from _messages(b"".join(lines), size, kver, secret)

def _messages(batch, size, kver, secret):
    started, random, sequence = _identity()
    prefix = b"TQ" + bytes([1, 2 if kver else 0]) + started.to_bytes(6, "big") + random + struct.pack(">I", next(sequence))
    sealed = _encrypt(batch, prefix, kver.encode(), base64.b64decode(secret)) if kver else batch
    count = -(-len(sealed) // size)
    total = struct.pack(">HI", count, len(sealed))
    digest = hashlib.sha256(prefix + total + sealed).digest()[:8]
    for index in range(count):
        header = prefix + struct.pack(">H", index) + total + digest
        yield base64.b64encode(header + sealed[index * size:(index + 1) * size]).decode()

def _encrypt(batch, prefix, kver, master):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    name, salt, nonce = bytes([len(kver)]) + kver, os.urandom(16), os.urandom(12)
    extracted = hmac.digest(salt, master, "sha256")
    key = hmac.digest(extracted, b"telemetry-queue/1" + prefix + b"\x01", "sha256")  # HKDF's first and only block
    return name + salt + nonce + AESGCM(key).encrypt(nonce, batch, prefix + name)

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Packs JSON Lines into queue messages")
    arguments.add_argument("--limit", type=int, default=SQS)
    arguments.add_argument("--key")
    given = arguments.parse_args()
    try:
        for text in pack(filter(bytes.strip, sys.stdin.buffer), given.limit, given.key):
            print(text)
    except ModuleNotFoundError as missing:
        sys.exit(f"wire.py: a key needs the package {missing.name}: install it, or send unencrypted")
