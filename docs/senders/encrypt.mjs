// Encrypts events for the bridge alone (docs/reference/encrypted-events.md) with Node's own modules.
//
//     node encrypt.mjs < events.jsonl | ...            # one encrypted event a line, for post.mjs or wire.mjs
//
// TELEMETRY_EVENT_KEY: KVER:fernet:BASE64URL or KVER:aes-256-gcm:BASE64.
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

/** An encrypted event as an object, for an event that is an object, or one JSON object as a string or UTF-8 bytes. */
export function encrypt(event, key = process.env.TELEMETRY_EVENT_KEY) {
  const [kver, kind, base64] = key.split(':');
  const secret = Buffer.from(base64 ?? '', 'base64'); // of both alphabets
  if (secret.length !== 32) throw new Error('the key of TELEMETRY_EVENT_KEY is not Base64 of 32 bytes');
  const plain = typeof event === 'string' || event instanceof Uint8Array ? event : JSON.stringify(event);
  if (kind === 'fernet') return { kver, event: fernet(secret, plain) };
  if (kind === 'aes-256-gcm') return { kver, event: aesGcm(kver, secret, plain) };
  throw new Error('TELEMETRY_EVENT_KEY is neither KVER:fernet:BASE64URL nor KVER:aes-256-gcm:BASE64');
}

function fernet(secret, plain) {
  const head = Buffer.alloc(9, 0x80), iv = randomBytes(16);
  head.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)), 1);
  const cipher = createCipheriv('aes-128-cbc', secret.subarray(16), iv);
  const signed = Buffer.concat([head, iv, cipher.update(plain), cipher.final()]);
  const signature = createHmac('sha256', secret.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, signature]).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function aesGcm(kver, secret, plain) {
  const version = Buffer.of(1), nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.concat([version, Buffer.from(kver)]));
  return Buffer.concat([version, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

if (import.meta.filename === process.argv[1]) {
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim()) console.log(JSON.stringify(encrypt(line.trim())));
  }
}
