// Packs events into queue messages (docs/wire-format.md) with Node's own modules alone: Brotli and AES-256-GCM included.
//
//     node wire.mjs [LIMIT] < events.jsonl      # one message text a line, of LIMIT bytes at most: as SQS takes them, else 65536
//
// TELEMETRY_KEY (KVER:BASE64): batches are encrypted.
import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';

export const AZURE = 65_536, SQS = 262_144; // longest message texts, in bytes
const MOST_EVENTS = 65_536;
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 } };
const [kver, master] = (process.env.TELEMETRY_KEY ?? '').split(':').map((part, index) => Buffer.from(part, ['utf8', 'base64'][index]));
const bigEndian = (value, size) => Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');
let sender, sequence = 0; // the sender at the first send, so that a snapshot of a process that was only initialised does not clone it

/** Message texts for events, each an object, or one JSON object as a string or UTF-8 bytes; `limit`: bytes of a text. */
export function* pack(events, limit = SQS) {
  const size = Math.floor(limit / 4) * 3 - 36;
  if (!(size > 0)) throw new RangeError(`a limit of ${limit} bytes holds no chunk: give 52 or more`);
  const room = 4 * size; // telemetry compresses about sevenfold; what does not becomes several chunks, which is no harm
  let lines = [], held = 0;
  for (const event of events) {
    const line = toLine(event);
    if (lines.length > 0 && (held + line.length > room || lines.length === MOST_EVENTS)) {
      yield* messages(lines.join(''), size);
      [lines, held] = [[], 0];
    }
    lines.push(line);
    held += line.length;
  }
  if (lines.length > 0) yield* messages(lines.join(''), size);
}

function toLine(event) {
  const text = event instanceof Uint8Array ? Buffer.from(event).toString() : typeof event === 'string' ? event : toJson(event);
  return `${text.trim().replaceAll('\n', ' ')}\n`; // trim takes a byte order mark, too
}

// What JSON has no number for becomes a text: NaN, infinities and BigInt.
function toJson(event) {
  const isNoNumber = (value) => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  const text = JSON.stringify(event, (name, value) => (isNoNumber(value) ? String(value) : value));
  if (!text?.startsWith('{')) throw new TypeError('an event is an object');
  return text;
}

function* messages(batch, size) {
  sender ??= Buffer.concat([bigEndian(Date.now(), 6), randomBytes(6)]);
  const versionAndFlags = Buffer.from([1, kver.length > 0 ? 0b11 : 0b01]); // encrypted, Brotli
  const prefix = Buffer.concat([Buffer.from('TQ'), versionAndFlags, sender, bigEndian(sequence++, 4)]);
  const packed = brotliCompressSync(batch, FAST);
  const sealed = kver.length > 0 ? encrypt(packed, prefix) : packed;
  const total = Buffer.concat([bigEndian(Math.ceil(sealed.length / size), 2), bigEndian(sealed.length, 4)]);
  const digest = createHash('sha256').update(prefix).update(total).update(sealed).digest().subarray(0, 8);
  for (let index = 0; index * size < sealed.length; index++) {
    const slice = sealed.subarray(index * size, (index + 1) * size);
    yield Buffer.concat([prefix, bigEndian(index, 2), total, digest, slice]).toString('base64');
  }
}

function encrypt(plain, prefix) {
  if (master?.length !== 32) throw new Error('TELEMETRY_KEY is not KVER:BASE64 of 32 bytes');
  const name = Buffer.concat([bigEndian(kver.length, 1), kver]), salt = randomBytes(16), nonce = randomBytes(12);
  const key = hkdfSync('sha256', master, salt, Buffer.concat([Buffer.from('telemetry-queue/1'), prefix]), 32);
  const aes = createCipheriv('aes-256-gcm', Buffer.from(key), nonce).setAAD(Buffer.concat([prefix, name]));
  return Buffer.concat([name, salt, nonce, aes.update(plain), aes.final(), aes.getAuthTag()]);
}

if (import.meta.filename === process.argv[1]) {
  const lines = (await process.stdin.setEncoding('utf8').toArray()).join('').split('\n').filter((line) => line.trim());
  for (const text of pack(lines, Number(process.argv[2] ?? SQS))) console.log(text);
}
