import { SQSClient, ListQueuesCommand } from '@aws-sdk/client-sqs';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const client = new SQSClient({ endpoint: process.argv[2], region: 'us-east-1', credentials });
const { QueueUrls } = await client.send(new ListQueuesCommand({}));
QueueUrls.forEach((url) => console.log(url.split('/').pop()));
