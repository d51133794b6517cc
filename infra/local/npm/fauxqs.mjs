// Starts the SQS emulator on loopback alone: its own starters listen on every interface. Arguments: port, and a folder where the
// queues outlive it.
import { buildApp } from 'fauxqs';

const [port, folder] = process.argv.slice(2);
const app = buildApp({ logger: false, stores: folder ? await storesIn(folder) : undefined });
await app.listen({ port: Number(port), host: '127.0.0.1' });
console.log(`fauxqs listens on 127.0.0.1:${port}`);

process.once('SIGTERM', () => app.close().finally(() => process.exit(0)));

// What the package's own starter does with a data folder. Every change is written before it is answered.
async function storesIn(dataFolder) {
    const part = path => import(new URL(path, import.meta.resolve('fauxqs')));
    const { PersistenceManager } = await part('./persistence.js');
    const { SqsStore } = await part('./sqs/sqsStore.js');
    const { SnsStore } = await part('./sns/snsStore.js');
    const persistence = new PersistenceManager(dataFolder);
    const [sqsStore, snsStore] = [new SqsStore(), new SnsStore()];
    // Loaded first: while it loads, the store must not write.
    persistence.loadSqsAndSns(sqsStore, snsStore);
    sqsStore.persistence = persistence;
    for (const queue of sqsStore.allQueues()) queue.persistence = persistence;
    return { sqsStore, snsStore };
}
