// Starts the SQS emulator on loopback alone: its own command line listens on every interface. Arguments: port, and a folder
// where its queues outlive it.
import { buildApp } from 'fauxqs';

const port = Number(process.argv[2]);
const app = buildApp({ logger: false, dataDir: process.argv[3] });
await app.listen({ port, host: '127.0.0.1' });
console.log(`fauxqs listens on 127.0.0.1:${port}`);

process.once('SIGTERM', () => app.close().finally(() => process.exit(0)));
