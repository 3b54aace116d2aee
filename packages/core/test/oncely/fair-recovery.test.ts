import { createOncely, type Ledger, type Oncely, type ProbeAnswer } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { unknown, writeAdapter, type Writes } from './write.ts';

type Fair = Oncely<{
  readonly down: ReturnType<typeof writeAdapter>;
  readonly up: ReturnType<typeof writeAdapter>;
}>;

const found: ProbeAnswer = { kind: 'found', matches: [{ vendorId: 'v_1' }] };
const unreachable: ProbeAnswer = { kind: 'unreachable', reason: 'it is down' };

interface World {
  readonly ledger: Ledger;
  readonly down: Writes;
  readonly up: Writes;
  start(): Fair;
  pass(ms: number): void;
}

function world(): World {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const ledger = memoryLedger({ now });
  const vendor = (): Writes => ({ safety: { kind: 'probed' }, sends: 0, send: () => unknown });
  const down = vendor();
  const up = vendor();
  return {
    ledger,
    down,
    up,
    pass: (ms) => {
      ahead += ms;
    },
    start: () =>
      createOncely({
        ledger,
        drainOnSigterm: false,
        maxAttempts: 1,
        waitMs: 900,
        clients: { down: writeAdapter(down), up: writeAdapter(up) },
      }),
  };
}

/** Leaves effects behind that only a look can settle. */
async function lose(oncely: Fair, client: 'down' | 'up', cases: readonly string[], tenant?: string): Promise<void> {
  const vendor = oncely.clients[client]('a');
  await Promise.all(
    cases.map((businessId) =>
      oncely
        .scope({ businessId, workflowId: 'desk', ...(tenant === undefined ? {} : { tenant }) }, () =>
          oncely.effect('write', () => vendor.write({ businessId })),
        )
        .catch(() => undefined),
    ),
  );
}

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);

describe('D21: recovery', () => {
  it('settles ten healthy ones of one vendor beside a thousand of another that is down, in its first call', async () => {
    const of = world();
    const down = async (): Promise<ProbeAnswer> => unreachable;
    of.down.probe = down;
    of.up.probe = down;
    const oncely = of.start();
    await lose(oncely, 'down', named('a', 1_000));
    await lose(oncely, 'up', named('z', 10));
    of.pass(600_000);
    of.up.probe = async () => found;
    expect(await of.start().recover()).toMatchObject({ examined: 100, states: { succeeded: 10, in_doubt: 90 } });
  });

  it('waits for nobody whose vendor hangs', async () => {
    const of = world();
    of.down.probe = async () => unreachable;
    of.up.probe = async () => unreachable;
    const oncely = of.start();
    await lose(oncely, 'down', named('a', 20));
    await lose(oncely, 'up', named('z', 10));
    of.pass(600_000);
    let settled = 0;
    of.down.probe = () => new Promise(() => undefined);
    of.up.probe = async () => {
      settled += 1;
      return found;
    };
    const recovering = of.start().recover({ deadlineMs: 200 });
    while (settled < 10) await new Promise((resolve) => setImmediate(resolve));
    expect((await recovering).states).toMatchObject({ succeeded: 10 });
  });

  it('writes down that a vendor was not reached, with pauses that grow, so that a fresh process looks for others', async () => {
    const of = world();
    const looks: string[] = [];
    of.down.probe = async () => unreachable;
    const oncely = of.start();
    await lose(oncely, 'down', named('a', 30));
    of.pass(600_000);
    of.down.probe = async (target) => {
      looks.push(String(target?.request));
      return unreachable;
    };
    for (let process = 0; process < 3; process += 1) await of.start().recover({ limit: 10 });
    expect(new Set(looks).size).toBe(30);
    // The second pause is longer than the first.
    of.pass(2_500);
    expect(await of.start().recover({ limit: 30 })).toMatchObject({ examined: 30 });
    of.pass(2_500);
    expect(await of.start().recover({ limit: 30 })).toMatchObject({ examined: 0 });
    of.pass(2_500);
    expect(await of.start().recover({ limit: 30 })).toMatchObject({ examined: 30 });
  });

  it('gives each tenant its share', async () => {
    const of = world();
    of.down.probe = async () => unreachable;
    const oncely = of.start();
    await lose(oncely, 'down', named('a', 50), 'big');
    await lose(oncely, 'down', named('a', 3), 'small');
    of.pass(600_000);
    const asked: string[] = [];
    of.down.probe = async (target) => {
      asked.push(String(target?.marker));
      return found;
    };
    await of.start().recover({ limit: 10 });
    const { effects } = await oncely.effects.list({ state: 'succeeded' });
    expect(effects.filter(({ contract }) => contract.tenant === 'small')).toHaveLength(3);
  });
});
