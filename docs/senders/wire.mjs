// Packs events into queue messages (docs/wire-format.md) with Node's own modules alone: Brotli and AES-256-GCM included.
//
//     node wire.mjs [--limit BYTES] [--key KVER:BASE64] < events.jsonl      # one message text a line
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';

export const AZURE = 65_536, SQS = 262_144; // longest message texts, in bytes
const MOST_EVENTS = 65_536;
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 } };
let identity; // made at the first send, so that a snapshot of a process that was only initialised does not clone it

/** Message texts for events, each one JSON object as a string; `limit`: bytes of a text; `key`: 'KVER:BASE64'. */
export function* pack(events, { limit = SQS, key } = {}) {
  const size = Math.floor(limit / 4) * 3 - 36;
  const room = 4 * size; // telemetry compresses about sevenfold; what does not becomes several chunks, which is no harm
  let lines = [], held = 0;
  for (const event of events) {
    const line = Buffer.from(`${event.trim().replaceAll('\n', ' ')}\n`);
    if (lines.length > 0 && (held + line.length > room || lines.length === MOST_EVENTS)) {
      yield* messages(Buffer.concat(lines), size, key);
      [lines, held] = [[], 0];
    }
    lines.push(line);
    held += line.length;
  }
  if (lines.length > 0) yield* messages(Buffer.concat(lines), size, key);
}

function* messages(batch, size, key) {
  identity ??= { started: BigInt(Date.now()), random: randomBytes(6), sequence: 0 };
  const packed = brotliCompressSync(batch, FAST);
  const compressed = packed.length < batch.length;
  const prefix = Buffer.alloc(20);
  prefix.writeBigUInt64BE((0x5451n << 48n) | (1n << 40n) | (BigInt((compressed ? 1 : 0) | (key ? 2 : 0)) << 32n), 0);
  prefix.writeUIntBE(Number(identity.started), 4, 6);
  identity.random.copy(prefix, 10);
  prefix.writeUInt32BE(identity.sequence++, 16);
  const plain = compressed ? packed : batch;
  const sealed = key ? encrypt(plain, prefix, key) : plain;
  const total = Buffer.alloc(6);
  total.writeUInt16BE(Math.ceil(sealed.length / size), 0);
  total.writeUInt32BE(sealed.length, 2);
  const digest = createHash('sha256').update(prefix).update(total).update(sealed).digest().subarray(0, 8);
  for (let index = 0; index * size < sealed.length; index++) {
    const slice = sealed.subarray(index * size, (index + 1) * size);
    yield Buffer.concat([prefix, Buffer.from([index >> 8, index & 255]), total, digest, slice]).toString('base64');
  }
}

function encrypt(plain, prefix, key) {
  const colon = key.indexOf(':');
  const kver = Buffer.from(key.slice(0, colon)), master = Buffer.from(key.slice(colon + 1), 'base64');
  const name = Buffer.concat([Buffer.from([kver.length]), kver]), salt = randomBytes(16), nonce = randomBytes(12);
  const info = Buffer.concat([Buffer.from('telemetry-queue/1'), prefix]);
  const aes = createCipheriv('aes-256-gcm', Buffer.from(hkdfSync('sha256', master, salt, info, 32)), nonce);
  aes.setAAD(Buffer.concat([prefix, name]));
  return Buffer.concat([name, salt, nonce, aes.update(plain), aes.final(), aes.getAuthTag()]);
}

if (import.meta.filename === process.argv[1]) {
  const { parseArgs } = await import('node:util');
  const { values } = parseArgs({ options: { limit: { type: 'string' }, key: { type: 'string' } } });
  let input = '';
  for await (const part of process.stdin.setEncoding('utf8')) input += part;
  const events = input.split('\n').filter((line) => line.trim() !== '');
  for (const text of pack(events, { limit: Number(values.limit ?? SQS), key: values.key })) console.log(text);
}
