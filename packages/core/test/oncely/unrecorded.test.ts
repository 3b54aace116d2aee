import { OncelyError, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import { accepted, keyed, startWrites, type WriteClient, type Writes } from './write.ts';

const slot = 'invoice_1:desk:refund';

interface Line {
  readonly ledger: Ledger;
  /** Nothing reaches the ledger. */
  down: boolean;
  /** The next claim gives up its caller, and is stored when this is called. */
  late?: () => Promise<void>;
}

function lineTo(inner: Ledger): Line & { holdClaim(): void } {
  let hold = false;
  const away = (): OncelyError => new OncelyError('ledger_unavailable', { message: 'the line is cut' });
  const line: Line & { holdClaim(): void } = {
    down: false,
    holdClaim: () => {
      hold = true;
    },
    ledger: {
      ...inner,
      read: (of) => (line.down ? Promise.reject(away()) : inner.read(of)),
      write: async (command) => {
        if (line.down) throw away();
        if (hold && command.guard) {
          line.late ??= async () => {
            hold = false;
            await inner.write(command);
          };
          throw away();
        }
        return inner.write(command);
      },
    },
  };
  return line;
}

/** Sleeps take no time of ours, and give way to everything else. */
function fastClock(): Clock & { stands: boolean } {
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const clock: Clock & { stands: boolean } = {
    stands: false,
    monotonic: now,
    wall: now,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      if (clock.stands) await new Promise(() => undefined);
      ahead += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it did not come to that');
}

const one = (client: WriteClient): Promise<void> => client.write({ amount: 1 });

/** The vendor accepted it, and the ledger was away for longer than a settle waits. */
async function acceptedAndNotRecorded(kind: Writes['safety'] = { kind: 'unverifiable' }): Promise<{
  readonly line: ReturnType<typeof lineTo>;
  readonly vendor: Writes;
  readonly inner: Ledger;
  readonly clock: ReturnType<typeof fastClock>;
  readonly started: ReturnType<typeof startWrites>;
  readonly told: unknown;
}> {
  const clock = fastClock();
  const inner = memoryLedger({ now: () => clock.wall() });
  const line = lineTo(inner);
  const vendor: Writes = {
    safety: kind,
    sends: 0,
    send: () => {
      line.down = true;
      return accepted;
    },
  };
  const started = startWrites(vendor, { ledger: line.ledger, clock, leaseMs: 600_000 });
  return { line, vendor, inner, clock, started, told: await started.act(one) };
}

const recordOf = async (ledger: Ledger): Promise<{ attempts: { evidence: string; reason?: string }[] }> => {
  const { row } = await ledger.read(slot);
  return JSON.parse(row?.doc ?? '{"attempts":[]}') as { attempts: { evidence: string; reason?: string }[] };
};

describe('C15: what this process knows', () => {
  it('is recorded by itself once the ledger answers, though nobody asks', async () => {
    const { line, vendor, inner, told } = await acceptedAndNotRecorded();
    expect(told).toMatchObject({ code: 'not_recorded' });
    expect((await recordOf(inner)).attempts[0]?.evidence).toBe('unknown');
    line.down = false;
    await until(async () => (await recordOf(inner)).attempts[0]?.evidence === 'accepted');
    expect(vendor.sends).toBe(1);
  });

  it('is what the next call gets, inside of the lease', async () => {
    const { line, vendor, clock, started } = await acceptedAndNotRecorded();
    line.down = false;
    // Nobody but this call comes to it, and it waits for nothing.
    clock.stands = true;
    expect(await started.act(one)).toBeUndefined();
    expect(vendor.sends).toBe(1);
    expect(await started.oncely.effects.get(slot)).toMatchObject({ state: 'succeeded' });
  });

  it('is recorded as this process closes, where the ledger comes back in time', async () => {
    const { line, inner, started } = await acceptedAndNotRecorded();
    const closing = started.oncely.close();
    setImmediate(() => {
      line.down = false;
    });
    await closing;
    expect((await recordOf(inner)).attempts[0]?.evidence).toBe('accepted');
  });

  it('does not keep a process from closing where the ledger stays away', async () => {
    const { started } = await acceptedAndNotRecorded();
    await started.oncely.close();
    expect(started.oncely).toBeDefined();
  });

  it.each([
    ['unverifiable', { kind: 'unverifiable' }, 'a person will be asked'],
    ['keyed', keyed, 'evidence from the vendor settles it'],
  ] as const)('is told as it is, and as what becomes of it: %s', async (_name, safety, says) => {
    const { told } = await acceptedAndNotRecorded(safety);
    expect(told).toMatchObject({ message: expect.stringContaining(says) });
    expect(told).toMatchObject({ message: expect.stringContaining('This process keeps it') });
  });
});

describe('C15: a claim whose caller gave up', () => {
  const started = (): {
    readonly line: ReturnType<typeof lineTo>;
    readonly inner: Ledger;
    readonly vendor: Writes;
    readonly act: ReturnType<typeof startWrites>['act'];
  } => {
    const clock = fastClock();
    const inner = memoryLedger({ now: () => clock.wall() });
    const line = lineTo(inner);
    const vendor: Writes = { safety: { kind: 'unverifiable' }, sends: 0 };
    const { act } = startWrites(vendor, { ledger: line.ledger, clock, leaseMs: 600_000 });
    line.holdClaim();
    return { line, inner, vendor, act };
  };

  it('and that is stored late is settled as never sent, though nobody asks', async () => {
    const { line, inner, act } = started();
    expect(await act(one)).toMatchObject({ code: 'ledger_unavailable' });
    await line.late?.();
    expect((await recordOf(inner)).attempts).toMatchObject([{ evidence: 'unknown' }]);
    await until(async () => (await recordOf(inner)).attempts[0]?.evidence === 'not_applied');
    expect((await recordOf(inner)).attempts[0]?.reason).toBe('never_sent');
  });

  it('is never "being sent" to the next call of this process, which sends it at once', async () => {
    const { line, inner, vendor, act } = started();
    await act(one);
    await line.late?.();
    expect(await act(one)).toBeUndefined();
    expect(vendor.sends).toBe(1);
    expect((await recordOf(inner)).attempts.map(({ evidence }) => evidence)).toEqual(['not_applied', 'accepted']);
  });
});

it('C15: another call of this process is told as that, and not as another process', async () => {
  const vendor: Writes = { safety: keyed, sends: 0 };
  let answer = (): void => undefined;
  vendor.send = () =>
    new Promise((resolve) => {
      answer = () => resolve(accepted);
    });
  const ledger = memoryLedger();
  const first = startWrites(vendor, { ledger });
  const running = first.act(one);
  await until(async () => vendor.sends === 1);
  const second = startWrites(vendor, { ledger, waitMs: 30 });
  expect(await second.act(one)).toMatchObject({
    code: 'in_progress',
    message: expect.stringContaining('another call in this process'),
  });
  answer();
  await running;
});
