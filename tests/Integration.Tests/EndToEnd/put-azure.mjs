// Puts texts (a JSON array on standard input) into a queue with the official Storage Queue client: <queue URL> <connection string>.
import { QueueServiceClient } from '@azure/storage-queue';
import { text } from 'node:stream/consumers';

const [url, connection] = process.argv.slice(2);
const queue = QueueServiceClient.fromConnectionString(connection).getQueueClient(url.split('/').at(-1));
for (const message of JSON.parse(await text(process.stdin))) {
  await queue.sendMessage(message);
}
