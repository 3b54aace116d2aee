/**
 * The wide matrix: every operation of a vendor, on each store, killed at every place whose traces differ, revived in
 * every way. One process does all operations at once and is killed when each of them has come to the place.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createOncely, type Effect } from '@oncely/core';
import { expect } from 'vitest';

import type { Fault } from '../../src/fakes/faults.ts';
import { sharedPostgresUrl, sharedRedisUrl } from '../../src/servers/shared.ts';
import { ledgerAt, type ManyArguments, type Outcomes, type Place, type Store } from './agents/many-operations.ts';
import { revivals, type Revival } from './cells.ts';
import { startAlone, startBeside, type Work } from './crew.ts';
import type { CrashOperation } from './operations/operation.ts';
import { endOf, until } from './run.ts';

const places: readonly Place[] = [
  'before_claim',
  'after_claim',
  'answer_lost',
  'answer_received',
  'settled',
  'returned',
];
const stores = ['SQLite', 'Postgres', 'Redis'] as const;

/** One run: all operations of a vendor. */
export interface WideRun {
  readonly store: (typeof stores)[number];
  readonly place: Place;
  readonly revival: Revival;
}

const wideRuns: readonly WideRun[] = stores.flatMap((store) =>
  places.flatMap((place) => revivals.map((revival) => ({ store, place, revival }))),
);

type VendorName = ManyArguments['vendor'];
const vendors: readonly VendorName[] = ['stripe', 'hubspot', 'slack', 'email'];

/**
 * All by `npm run soak:crash`. In `npm test` the vendors share the rows: each place with each revival is one vendor's,
 * and each vendor meets each store.
 */
export function runsOf(vendor: VendorName): readonly WideRun[] {
  if (process.env['ONCELY_CRASH'] === 'all') return wideRuns;
  const own = vendors.indexOf(vendor);
  return wideRuns.filter(({ store, place, revival }) => {
    const row = places.indexOf(place) * revivals.length + revivals.indexOf(revival);
    return row % vendors.length === own && row % stores.length === stores.indexOf(store);
  });
}

/** What is used of a vendor's fake. */
interface Fake {
  readonly host: string;
  readonly port: number;
  effects(operation?: string): readonly { readonly id: string; readonly channel?: string; readonly params?: object }[];
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  fail(fault: Fault, options: { readonly times: number }): void;
  heal(): void;
  close(): Promise<void>;
}

/** A vendor as the matrix needs it. */
export interface WideVendor<Client> {
  readonly name: VendorName;
  readonly operations: readonly CrashOperation<Client>[];
  /** How long an attempt holds; each must send within half of it, however busy the machine. Default 8,000. */
  readonly leaseMs?: number;
  readonly start: () => Promise<{
    readonly fake: Fake;
    readonly raw: Client;
    readonly mail?: NonNullable<ManyArguments['mail']>;
  }>;
  /** Whether a request could have had an effect. */
  readonly isWrite: (request: { readonly method: string; readonly path: string }) => boolean;
}

const landingBoundMs = 200;
/** Longer than any test: its answer never comes. */
const heldAnswer = { kind: 'delay', ms: 120_000 } as const;

/** What has happened when the process dies at a place. */
function happensBefore(place: Place): boolean {
  return place !== 'before_claim' && place !== 'after_claim';
}

/** Whether the ledger then holds attempts of which nobody reported. */
function leavesDoubt(place: Place): boolean {
  return place === 'after_claim' || place === 'answer_lost' || place === 'answer_received';
}

/** Whether a person is asked: there is doubt, and no key and no look that ends it. */
function stopsAt({ doubtStops }: CrashOperation<never>, place: Place): boolean {
  if (doubtStops === 'unless found') return leavesDoubt(place) && !happensBefore(place);
  return doubtStops === true && leavesDoubt(place);
}

/** Runs one row of the matrix and checks each operation of it. */
export async function runWide<Client>(vendor: WideVendor<Client>, run: WideRun, retries = 2): Promise<void> {
  const { operations } = vendor;
  const { place, revival } = run;
  const world = await startWorld(vendor, run);
  const { args, fake } = world;
  const has = (operation: CrashOperation<Client>): boolean =>
    world.happened(operation).length >= (operation.inputs ?? 1);
  try {
    const dead = await die(args, fake, place, () => operations.every(has));
    const happenedBefore = operations.filter(has).length;
    // On a machine too busy to send within the window an attempt is denied, and comes to its place without an effect.
    if (happensBefore(place) && happenedBefore < operations.length && retries > 0) {
      return await runWide(vendor, run, retries - 1);
    }
    expect(happenedBefore).toBe(happensBefore(place) ? operations.length : 0);
    const writesBefore = fake.requests.filter(vendor.isWrite).length;

    const revived = await revive(args, revival);
    const stopped = operations.filter((operation) => stopsAt(operation, place));
    if (stopped.length > 0) await decideByHand(world, args, stopped);
    // Acknowledged is happened: what any run was given is the one effect at the vendor and in the ledger.
    const last = revived && stopped.length === 0 ? revived : await runAgent(args);
    for (const operation of operations) {
      const { name, unnamed, inputs = 1 } = operation;
      const ids = world.happened(operation);
      expect({ name, effects: ids.length }).toEqual({ name, effects: inputs });
      const id = unnamed ? 'done' : ids.join(' ');
      // Whoever says by hand that it happened cannot say what its answer was.
      const stops = stopsAt(operation, place);
      if (!stops) expect({ name, id: last[name] }).toEqual({ name, id });
      else if (last[name] !== id)
        expect({ name, id: last[name] }).toEqual({ name, id: expect.stringContaining('[result_unavailable]') });
      if (dead !== undefined) expect({ name, id: dead[name] }).toEqual({ name, id });
      if (revived)
        expect({ name, said: revived[name] }).toEqual({
          name,
          said: stops ? 'stopped' : id,
        });
      const recorded = await world.recorded(name);
      expect({ name, state: recorded?.state }).toEqual({ name, state: 'succeeded' });
      // Of a batch, and of what has no field `id`, none may be kept; where one is, it is right, with its channel or without.
      if (recorded?.vendorId !== undefined && !unnamed) {
        expect({ name, right: ids.includes(recorded.vendorId.split(':').at(-1) ?? '') }).toEqual({ name, right: true });
      }
      expect({ name, divergence: recorded?.divergence }).toEqual({ name });
    }
    // A replay does not call the vendor.
    if (place === 'settled' || place === 'returned') {
      expect(fake.requests.filter(vendor.isWrite)).toHaveLength(writesBefore);
    }
  } finally {
    await world.close();
  }
}

interface World<Client> {
  readonly args: ManyArguments;
  readonly fake: Fake;
  /** The vendor's ids of what really happened since the preparations. */
  happened(operation: CrashOperation<Client>): readonly string[];
  recorded(name: string): Promise<Effect | undefined>;
  close(): Promise<void>;
}

async function startWorld<Client>(vendor: WideVendor<Client>, run: WideRun): Promise<World<Client>> {
  const [{ fake, raw, mail }, store] = await Promise.all([vendor.start(), placeOf(run.store)]);
  const subjects: Record<string, string> = {};
  for (const { name, prepare } of vendor.operations) subjects[name] = (await prepare?.(raw)) ?? '';
  const own = ({ effect, isOwn }: CrashOperation<Client>): readonly string[] =>
    fake.effects(effect).flatMap((each) => (isOwn?.(each) === false ? [] : [each.id]));
  const prepared = new Map(vendor.operations.map((operation) => [operation.name, own(operation).length]));
  const { host, port } = fake;
  const args = {
    vendor: vendor.name,
    store: store.at,
    host,
    port,
    subjects,
    leaseMs: vendor.leaseMs ?? 8_000,
    landingBoundMs,
    ...(mail && { mail }),
  };
  const { ledger, close } = ledgerAt(store.at);
  const { effects } = createOncely({ ledger, drainOnSigterm: false });
  return {
    args,
    fake,
    happened: (operation) => own(operation).slice(prepared.get(operation.name)),
    recorded: (businessId) => effects.get({ businessId, workflowId: 'crash-desk', stepId: 'effect', logicVersion: 1 }),
    close: async () => {
      await close();
      await Promise.all([fake.close(), store.close()]);
    },
  };
}

/** A fresh place of a kind, and what takes it away. */
async function placeOf(kind: Store['kind']): Promise<{ readonly at: Store; readonly close: () => Promise<unknown> }> {
  const name = `wide_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  switch (kind) {
    case 'SQLite': {
      const directory = await mkdtemp(join(tmpdir(), 'oncely-wide-'));
      const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
      return { at: { kind, file: join(directory, 'effects.db') }, close };
    }
    case 'Postgres': {
      const url = await sharedPostgresUrl();
      return { at: { kind, url, schema: name }, close: async () => {} };
    }
    case 'Redis':
      return { at: { kind, url: await sharedRedisUrl(), prefix: name }, close: async () => {} };
  }
}

/** Runs the agent into its death; gives what it acknowledged. */
async function die(
  args: ManyArguments,
  fake: Fake,
  dieAt: Place,
  allHappened: () => boolean,
): Promise<Outcomes | undefined> {
  if (dieAt === 'answer_lost') fake.fail(heldAnswer, { times: Infinity });
  const at = dieAt === 'returned' ? ({ point: 'returned', signal: 'SIGKILL' } as const) : undefined;
  const child = await startAlone(workOf({ ...args, dieAt }, 'agent'), at);
  if (dieAt === 'answer_lost') {
    await until(allHappened, 'the vendor committed all');
    child.signal('SIGKILL');
    fake.heal();
  }
  const end = await endOf(child);
  expect({ how: end.how, error: end.error }).toEqual({ how: 'killed' });
  return end.result as Outcomes | undefined;
}

/** What the first run after the death ends with; `undefined` where nobody but recovery was there. */
async function revive(args: ManyArguments, revival: Revival): Promise<Outcomes | undefined> {
  switch (revival) {
    case 'the agent is run again':
      return runAgent(args);
    case 'recovery without a caller': {
      const [child] = await startBeside(workOf(args, 'recover'));
      expect(await resultOf(child)).toEqual({ diverged: 0 });
      return undefined;
    }
    case 'both at once': {
      const [agent, recovering] = await startBeside(workOf(args, 'agent'), workOf(args, 'recover'));
      const [outcomes, recovered] = await Promise.all([resultOf(agent), resultOf(recovering)]);
      expect(recovered).toEqual({ diverged: 0 });
      return outcomes as Outcomes;
    }
  }
}

async function runAgent(args: ManyArguments): Promise<Outcomes> {
  const [child] = await startBeside(workOf(args, 'agent'));
  return (await resultOf(child)) as Outcomes;
}

/** A person looks at the vendor's pages and says what is there. */
async function decideByHand<Client>(
  world: World<Client>,
  args: ManyArguments,
  stopped: readonly CrashOperation<Client>[],
): Promise<void> {
  const happened = Object.fromEntries(stopped.map((each) => [each.name, world.happened(each)[0] ?? false]));
  const [child] = await startBeside(workOf(args, 'resolve', { happened }));
  const states = stopped.map(({ name }) => [name, happened[name] === false ? 'ready' : 'succeeded']);
  expect(await resultOf(child)).toEqual(Object.fromEntries(states));
}

async function resultOf(child: Parameters<typeof endOf>[0]): Promise<unknown> {
  const end = await endOf(child);
  expect(end.error).toBeUndefined();
  return end.result;
}

function workOf(args: ManyArguments, name: 'agent' | 'recover' | 'resolve', more: object = {}): Work {
  return { module: './agents/many-operations.ts', name, argument: { ...args, ...more } };
}
