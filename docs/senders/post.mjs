// Puts one text on a queue with Node's own modules alone: a JSON object as it is, or what wire.mjs packs.
//
//     TELEMETRY_QUEUE=https://... node post.mjs '{"style":"logs","level":"info","service":"shop","message":"hello"}'
//
// SQS: signs with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, which Lambda sets.
// Azure Storage Queue: TELEMETRY_QUEUE_SAS is a shared access signature with the right to add.
import { createHash, createHmac } from 'node:crypto';

const { env } = process;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Sends one event, an object. Its JSON is made ASCII alone, which every queue takes. */
export const send = async (event) => post(toJson(event)
  .replace(/[\x7f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));

// What JSON has no number for becomes a text: NaN, infinities and BigInt.
function toJson(event) {
  const isNoNumber = (value) => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  const text = JSON.stringify(event, (name, value) => (isNoNumber(value) ? String(value) : value));
  if (!text?.startsWith('{')) throw new TypeError('an event is an object');
  return text;
}

/** Stores one message text. Rejects when the queue did not take it. */
export async function post(text, timeout = 3_000) {
  const [url, options] = env.TELEMETRY_QUEUE_SAS ? azure(text) : sqs(text);
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(timeout), ...options });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${env.TELEMETRY_QUEUE} answered ${response.status}`);
}

function azure(text) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const body = `<QueueMessage><MessageText>${escaped}</MessageText></QueueMessage>`;
  const sas = env.TELEMETRY_QUEUE_SAS.replace(/^\?/, '');
  return [`${env.TELEMETRY_QUEUE}/messages?${sas}`, { body, headers: { 'content-type': 'application/xml' } }];
}

function sqs(text) {
  const body = JSON.stringify({ QueueUrl: env.TELEMETRY_QUEUE, MessageBody: text });
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    host: new URL(env.TELEMETRY_QUEUE).host,
    'x-amz-date': now,
    ...(env.AWS_SESSION_TOKEN && { 'x-amz-security-token': env.AWS_SESSION_TOKEN }),
    'x-amz-target': 'AmazonSQS.SendMessage',
  };
  const names = Object.keys(headers).join(';'); // in order already, as signing asks for
  const canonical = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`).join('');
  const request = `POST\n/\n\n${canonical}\n${names}\n${sha256(body)}`;
  const scope = `${now.slice(0, 8)}/${env.AWS_REGION}/sqs/aws4_request`;
  const key = scope.split('/').reduce(hmac, `AWS4${env.AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${now}\n${scope}\n${sha256(request)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  const { host, ...sent } = headers; // fetch sets it itself
  return [new URL('/', env.TELEMETRY_QUEUE), { body, headers: { ...sent, authorization } }];
}

if (import.meta.filename === process.argv[1]) {
  let texts = process.argv.slice(2);
  if (texts.length === 0) texts = (await process.stdin.setEncoding('utf8').toArray()).join('').split('\n').filter(Boolean);
  for (const text of texts) await post(text);
}
