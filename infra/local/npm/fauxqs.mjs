// Starts the SQS emulator on loopback alone: its own command line listens on every interface.
import { buildApp } from 'fauxqs';

const port = Number(process.argv[2]);
const app = buildApp({ logger: false });
await app.listen({ port, host: '127.0.0.1' });
console.log(`fauxqs listens on 127.0.0.1:${port}`);

process.once('SIGTERM', () => app.close().finally(() => process.exit(0)));
