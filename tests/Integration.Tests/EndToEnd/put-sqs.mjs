// Puts texts (a JSON array on standard input) into a queue with the official SQS client: <queue URL>.
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { text } from 'node:stream/consumers';

const url = process.argv[2];
const client = new SQSClient({
  endpoint: new URL(url).origin,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
for (const MessageBody of JSON.parse(await text(process.stdin))) {
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
}
