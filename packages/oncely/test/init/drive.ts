/**
 * Runs the fixtures of a folder as their users do, each in `before` and in `after`, and ends. Called twice it is a
 * restart. What happened is counted at the vendors, by the test.
 */
import { registerHooks } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Queue, type Job, type Worker } from 'bullmq';

/** What a fixture's variant gets in its environment. */
export interface Drive {
  readonly folder: string;
  readonly fixture: string;
  readonly env: Readonly<Record<string, string>>;
}

const { drives, redis } = JSON.parse(process.argv[2] ?? '') as { drives: readonly Drive[]; redis: string };
let root = '';

// What Next's bundler does: `@/` is the root of the project, and a name needs no ending.
registerHooks({
  resolve: (specifier, context, next) => {
    const path = specifier.startsWith('@/')
      ? join(root, specifier.slice(2))
      : /^\.{1,2}\//.test(specifier) && context.parentURL
        ? decodeURIComponent(new URL(specifier, context.parentURL).pathname)
        : undefined;
    const found = path !== undefined && !existsSync(path) && existsSync(`${path}.ts`) ? `${path}.ts` : undefined;
    return next(found === undefined ? specifier : pathToFileURL(found).href, context);
  },
});

const order = { orderId: 'order_1', charge: 'ch_order_1', amount: 1_000 };
const runs: Readonly<Record<string, () => Promise<void>>> = {
  'next-handler': async () => {
    const { POST } = await load<{ POST: (request: Request) => Promise<Response> }>('app/api/refund/route.ts');
    const call = { method: 'POST', body: JSON.stringify(order) };
    const answer = await POST(new Request('https://shop.example/api/refund', call));
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
  },
  'langgraph-agent': async () => {
    const { graph } = await load<{ graph: { invoke: (input: object) => Promise<object> } }>('src/graph.ts');
    await graph.invoke({ returnId: 'return_1', charge: order.charge, amount: 1_000 });
  },
  'bullmq-worker': async () => {
    const { startWorker } = await load<{ startWorker: (url: string) => Worker }>('src/worker.ts');
    const connection = { url: redis };
    const queue = new Queue('orders', { connection });
    const worker = startWorker(redis);
    const ended = new Promise<void>((resolve, reject) => {
      worker.on('completed', () => resolve());
      worker.on('failed', (job: Job | undefined, error) => {
        if (job?.attemptsMade === 2) reject(error);
      });
    });
    await queue.add('order', { order: { number: 'A-17', total: 120 } }, { attempts: 2 });
    await ended;
    await worker.close();
    await queue.obliterate({ force: true });
    await queue.close();
  },
  'plain-script': async () => {
    await load('late-parcels.js');
  },
};

async function load<T = unknown>(file: string): Promise<T> {
  return (await import(pathToFileURL(join(root, file)).href)) as T;
}

for (const { folder, fixture, env } of drives) {
  Object.assign(process.env, env);
  root = folder;
  await runs[fixture]?.();
}
process.exit(0);
