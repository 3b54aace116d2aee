/** Starts servers, says where, and waits to be killed. */
import { startPostgres } from '../../src/servers/postgres.ts';
import { startRedis } from '../../src/servers/redis.ts';

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
process.stdout.write(`${JSON.stringify([postgres.dataDirectory, redis.dataDirectory])}\n`);
if (process.argv[2] === 'wait') setInterval(() => undefined, 1_000);
