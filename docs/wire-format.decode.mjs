// A second reader of docs/wire-format.md, written from that page alone: decodes its test vectors without the project's
// code and compares. Usage: node docs/wire-format.decode.mjs [PAGE]; exit 1 when any vector disagrees.
import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

const HEADER = 36;
const PREFIX = 20;
const DEFAULTS = { chunks: 1024, sealed: 64 << 20, batch: 256 << 20, events: 65536, event: 16 << 20, nesting: 512 };

class Refusal extends Error {}
const refuse = (reason) => { throw new Refusal(reason); };

const skipMark = (bytes) => (bytes.toString('latin1', 0, 3) === '\xef\xbb\xbf' ? bytes.subarray(3) : bytes);
const beginsWithObject = (bytes) => /^[ \t\r\n]*\{/.test(skipMark(bytes).toString('latin1'));

function readMessage(text, limits) {
  const raw = Buffer.from(text, 'utf8');
  if (beginsWithObject(raw)) return plain(raw, limits);
  const packed = text.replace(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(packed, 'base64');
  if (packed === '' || bytes.toString('base64') !== packed) refuse('malformed');
  if (beginsWithObject(bytes)) return plain(bytes, limits);
  const header = readHeader(bytes, limits);
  if (packed !== text) refuse('malformed');
  return { header, slice: bytes.subarray(HEADER) };
}

function plain(text, limits) {
  const bytes = skipMark(text);
  if (bytes.length > limits.event) refuse('too-large');
  return { event: bytes };
}

function readHeader(bytes, limits) {
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 2) !== 'TQ') refuse('malformed');
  if (bytes[2] !== 1 || bytes[3] > 3) refuse('unsupported');
  const header = {
    prefix: bytes.subarray(0, PREFIX),
    flags: bytes[3],
    index: bytes.readUInt16BE(20),
    count: bytes.readUInt16BE(22),
    length: bytes.readUInt32BE(24),
    digest: bytes.subarray(28, HEADER),
  };
  if (header.count === 0 || header.index >= header.count) refuse('malformed');
  if (header.count > limits.chunks || header.length > limits.sealed) refuse('too-large');
  if (!fits(header, bytes.length - HEADER)) refuse('malformed');
  return header;
}

function fits({ index, count, length }, slice) {
  if (slice === 0) return false;
  if (index < count - 1) return Math.ceil(length / slice) === count;
  const before = length - slice;
  if (count === 1) return before === 0;
  return before > 0 && before % (count - 1) === 0 && before / (count - 1) >= slice;
}

function assemble(chunks) {
  const [{ header: first }] = chunks;
  const slices = new Map();
  for (const { header, slice } of chunks) {
    if (header.count !== first.count || header.length !== first.length) refuse('malformed');
    const held = slices.get(header.index);
    if (held && !held.equals(slice)) refuse('conflict');
    slices.set(header.index, slice);
  }
  if (slices.size < first.count) refuse('incomplete');
  return Buffer.concat([...slices.keys()].sort((a, b) => a - b).map((index) => slices.get(index)));
}

function open(header, sealed, keys, limits) {
  const counts = Buffer.alloc(6);
  counts.writeUInt16BE(header.count, 0);
  counts.writeUInt32BE(header.length, 2);
  const digest = createHash('sha256').update(header.prefix).update(counts).update(sealed).digest().subarray(0, 8);
  if (sealed.length !== header.length || !digest.equals(header.digest)) refuse('malformed');
  const packed = header.flags & 2 ? decrypt(header.prefix, sealed, keys) : sealed;
  const batch = header.flags & 1 ? decompress(packed, limits) : packed;
  if (batch.length > limits.batch) refuse('too-large');
  if (batch.at(-1) !== 10) refuse('malformed');
  if (batch.reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0) > limits.events) refuse('too-large');
  return batch;
}

function decrypt(prefix, sealed, keys) {
  const n = sealed[0];
  if (sealed.length < 1 + n + 16 + 12 + 16) refuse('malformed');
  const master = keys.get(sealed.toString('utf8', 1, 1 + n)) ?? refuse('undecryptable');
  const salt = sealed.subarray(1 + n, 1 + n + 16);
  const nonce = sealed.subarray(1 + n + 16, 1 + n + 28);
  const info = Buffer.concat([Buffer.from('telemetry-queue/1'), prefix]);
  const key = Buffer.from(hkdfSync('sha256', master, salt, info, 32));
  const aes = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  aes.setAAD(Buffer.concat([prefix, sealed.subarray(0, 1 + n)]));
  aes.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([aes.update(sealed.subarray(1 + n + 28, -16)), aes.final()]);
  } catch {
    return refuse('undecryptable');
  }
}

function decompress(packed, limits) {
  try {
    const { buffer, engine } = brotliDecompressSync(packed, { maxOutputLength: limits.batch, info: true });
    return engine.bytesWritten === packed.length ? buffer : refuse('malformed');
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse(error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed');
  }
}

function readEvent(bytes, limits) {
  if (bytes.length > limits.event) return 'too-large';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject && nesting(text) <= limits.nesting ? null : 'malformed';
  } catch {
    return 'malformed';
  }
}

// Brackets outside of strings.
function nesting(json) {
  let [level, deepest] = [0, 0];
  for (const [token] of json.matchAll(/"(?:\\.|[^"\\])*"|[[{}\]]/g)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++level);
    else if (token === '}' || token === ']') level--;
  }
  return deepest;
}

// What the page says of a vector, in its own notation: the events one by one, or the one refusal.
function outcome(vector) {
  const limits = { ...DEFAULTS, ...vector.limits };
  try {
    const messages = vector.messages.map((text) => readMessage(text, limits));
    const lines = messages[0].event ? [messages[0].event] : splitLines(open(messages[0].header, assemble(messages), vector.keys, limits));
    return lines.map((line) => {
      const reason = readEvent(line, limits);
      return reason ? `refused-event: ${reason}` : `event: ${line.toString('utf8')}`;
    });
  } catch (error) {
    if (error instanceof Refusal) return [`refused: ${error.message}`];
    throw error;
  }
}

function splitLines(batch) {
  const lines = [];
  for (let start = 0, end; start < batch.length; start = end + 1) {
    end = batch.indexOf(10, start);
    lines.push(batch.subarray(start, end));
  }
  return lines;
}

function readPage(page) {
  return [...page.matchAll(/^```vector\n(.*?)^```$/gms)].map(([, block]) => {
    const vector = { messages: [], expected: [], keys: new Map(), limits: {} };
    for (const line of block.trimEnd().split('\n')) {
      const [, name, value] = /^([a-z-]+): ?(.*)$/.exec(line);
      if (name === 'name') vector.name = value;
      else if (name === 'message') vector.messages.push(value);
      else if (name === 'receiver-key') vector.keys.set(value.split(':')[0], Buffer.from(value.split(':')[1], 'base64'));
      else if (name === 'receiver-limit') vector.limits[value.split(' ')[0]] = Number(value.split(' ')[1]);
      else if (/^(event|refused|refused-event)$/.test(name)) vector.expected.push(line);
    }
    return vector;
  });
}

const vectors = readPage(readFileSync(process.argv[2] ?? new URL('wire-format.md', import.meta.url), 'utf8'));
for (const vector of vectors) {
  const actual = outcome(vector);
  if (actual.join('\n') === vector.expected.join('\n')) continue;
  console.error(`${vector.name}: expected\n${vector.expected.join('\n')}\nbut decoded\n${actual.join('\n')}`);
  process.exitCode = 1;
}
console.log(`${vectors.length} vectors read`);
