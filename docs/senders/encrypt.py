"""Encrypts events for the bridge alone (docs/reference/encrypted-events.md).

    python3 encrypt.py < events.jsonl | ...          # one encrypted event a line, for post.py or wire.py

TELEMETRY_EVENT_KEY: KVER:fernet:BASE64URL, or KVER:aes-256-gcm:BASE64, which needs the package `cryptography`. Fernet works with the
standard library alone, too: then AES is the one below, which takes about a millisecond for 150 bytes, and whose time may tell a
program on the same machine something about the key.
"""
import base64, hmac, json, os, struct, sys, time

def encrypt(event, key=None):
    """An encrypted event as a dict, for an event that is a dict, or one JSON object as str or UTF-8 bytes."""
    kver, kind, secret = (key or os.environ["TELEMETRY_EVENT_KEY"]).split(":", 2)
    if not isinstance(event, (str, bytes)):
        event = json.dumps(event)
    plain = event if isinstance(event, bytes) else event.encode()
    if kind == "fernet":
        return {"kver": kver, "event": _fernet(secret, plain).decode()}
    if kind == "aes-256-gcm":
        return {"kver": kver, "event": _aes_gcm(kver, secret, plain).decode()}
    raise ValueError("TELEMETRY_EVENT_KEY is neither KVER:fernet:BASE64URL nor KVER:aes-256-gcm:BASE64")

def _fernet(secret, plain):
    try:
        from cryptography.fernet import Fernet
        return Fernet(secret).encrypt(plain)
    except ImportError:
        key, iv = base64.urlsafe_b64decode(secret), os.urandom(16)
        if len(key) != 32:
            raise ValueError("the key of TELEMETRY_EVENT_KEY is not Base64 of 32 bytes") from None
        signed = struct.pack(">BQ", 0x80, int(time.time())) + iv + _aes_cbc(key[16:], iv, plain)
        return base64.urlsafe_b64encode(signed + hmac.digest(key[:16], signed, "sha256"))

def _aes_gcm(kver, secret, plain):
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    nonce = os.urandom(12)
    sealed = AESGCM(base64.b64decode(secret)).encrypt(nonce, plain, b"\x01" + kver.encode())
    return base64.urlsafe_b64encode(b"\x01" + nonce + sealed)

def _double(byte):
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)

def _sbox():
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= _double(p)                                  # times 3
        for shift in (1, 2, 4):                          # divided by 3
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        box[p] = 0x63 ^ q
        for shift in (1, 2, 3, 4):
            box[p] ^= (q << shift | q >> 8 - shift) & 0xFF
        if p == 1:
            return box

_SBOX = _sbox()

def _round_keys(key):
    words, constant = [list(key[i:i + 4]) for i in range(0, 16, 4)], 1
    for i in range(4, 44):
        word = words[-1]
        if i % 4 == 0:
            word = [_SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _double(constant)
        words.append([a ^ b for a, b in zip(words[-4], word)])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]

def _block(state, keys):
    state = [a ^ b for a, b in zip(state, keys[0])]
    for number, key in enumerate(keys[1:], 1):
        state = [_SBOX[state[i * 5 % 16]] for i in range(16)]
        if number < 10:
            mixed = []
            for at in range(0, 16, 4):
                column = state[at:at + 4]
                total = column[0] ^ column[1] ^ column[2] ^ column[3]
                mixed += [b ^ total ^ _double(b ^ column[(i + 1) % 4]) for i, b in enumerate(column)]
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return state

def _aes_cbc(key, iv, plain):
    keys, last, out = _round_keys(key), iv, bytearray()
    padding = 16 - len(plain) % 16
    plain += bytes([padding]) * padding
    for at in range(0, len(plain), 16):
        last = _block([a ^ b for a, b in zip(plain[at:at + 16], last)], keys)
        out += bytes(last)
    return bytes(out)

if __name__ == "__main__":
    for line in filter(bytes.strip, sys.stdin.buffer):
        print(json.dumps(encrypt(line.strip()), separators=(",", ":")))
