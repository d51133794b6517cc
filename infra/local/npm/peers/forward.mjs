// The forwarder that a team on Node.js would write: sqs-consumer with a batch handler, amqplib with a confirm channel, one event a
// message. Arguments: queue URL, broker, exchange, consumers. It says "ready" before it receives.
import { SQSClient } from '@aws-sdk/client-sqs';
import amqp from 'amqplib';
import { Consumer } from 'sqs-consumer';

const [queueUrl, broker, exchange, consumers] = process.argv.slice(2);
const connection = await amqp.connect(broker);
const channel = await connection.createConfirmChannel();
const sqs = new SQSClient({ endpoint: new URL(queueUrl).origin });

for (let consumer = 0; consumer < Number(consumers); consumer++) {
    const running = Consumer.create({
        queueUrl,
        sqs,
        batchSize: 10,
        waitTimeSeconds: 5,
        handleMessageBatch: async messages => {
            await Promise.all(messages.map(publish));
            return messages;
        },
    });
    running.on('error', fail);
    running.on('processing_error', fail);
    running.start();
}
console.log('ready');

function publish({ MessageId, Body }) {
    const event = JSON.parse(Body);
    const key = `${event.style}.${event.service}.${event.level}`;
    const properties = { persistent: true, mandatory: true, contentType: 'application/json', messageId: MessageId };
    return new Promise((resolve, reject) =>
        channel.publish(exchange, key, Buffer.from(Body), properties, error => error ? reject(error) : resolve()));
}

function fail(error) {
    console.error(error);
    process.exit(1);
}
