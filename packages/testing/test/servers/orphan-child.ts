/** Starts a server, says where, and waits to be killed or returns. */
import { startPostgres } from '../../src/servers/postgres.ts';
import { startRedis } from '../../src/servers/redis.ts';

const [, , name, wait] = process.argv;
const server = await (name === 'postgres' ? startPostgres() : startRedis());
process.stdout.write(`${server.dataDirectory}\n`);
if (wait === 'wait') setInterval(() => undefined, 1_000);
