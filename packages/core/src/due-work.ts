import type { Clock } from './clock.ts';
import type { LedgerSession } from './ledger-session.ts';
import type { EffectRecord } from './record.ts';
import { takingTurns } from './taking-turns.ts';

interface Due {
  readonly slot: string;
  readonly client: string;
  readonly tenant: string;
  /** A person is asked, so that only time can be told of it. */
  readonly asked?: true;
}

/** What is due, by client, and which of it are questions that nobody has answered. */
export interface DueWork {
  readonly slots: ReadonlyMap<string, readonly string[]>;
  readonly asked: ReadonlySet<string>;
}

/** Where the calls of one process are. */
export interface Place {
  /** Where looking through the ledger stopped for want of time. */
  after: string;
  /** Of each client's tenant the slot that was chosen last. */
  readonly chosen: Map<string, string>;
}

interface DueParts {
  readonly session: LedgerSession;
  readonly clock: Clock;
  readonly place: Place;
  /** Whether this process was given the client. */
  readonly has: (client: string) => boolean;
}

const page = 200;

/**
 * Up to `limit` slots that are due, by client. Each client has its share, and in it each of its tenants, whatever
 * stands before them in the ledger; a thousand of one vendor never hide ten of another. Within a tenant it goes on
 * behind the last call's, and a fresh process begins somewhere, so that some which stay open never starve the rest.
 */
export async function dueWork(parts: DueParts, limit: number, scanUntil: number): Promise<DueWork> {
  const { place, has } = parts;
  const begin = place.after;
  const found: Due[] = [];
  let rest = await scan(parts, begin, scanUntil, found);
  if (rest === undefined && begin !== '') {
    const wrapped: Due[] = [];
    rest = await scan(parts, '', scanUntil, wrapped, begin);
    found.unshift(...wrapped);
  }
  place.after = rest ?? '';
  const tenants = grouped(found, keyOf);
  for (const [key, due] of tenants) tenants.set(key, rotated(due, place.chosen.get(key), parts.clock.wall()));
  const clients = [...grouped([...tenants.values()], ([first]) => first?.client ?? '')].map(([client, lists]) => ({
    isOurs: has(client),
    turns: inTurns(lists),
  }));
  // What only another process can finish comes last.
  const turns = [true, false].flatMap((ours) =>
    inTurns(clients.filter(({ isOurs }) => isOurs === ours).map((each) => each.turns)),
  );
  const chosen = turns.slice(0, limit);
  for (const due of chosen) place.chosen.set(keyOf(due), due.slot);
  const byClient = [...grouped(chosen, ({ client }) => client)];
  return {
    slots: new Map(byClient.map(([client, due]) => [client, due.map(({ slot }) => slot)])),
    asked: new Set(chosen.filter(({ asked }) => asked).map(({ slot }) => slot)),
  };
}

function keyOf({ client, tenant }: Due): string {
  return `${client}\n${tenant}`;
}

/** From behind the last one on, or from anywhere where there is none. */
function rotated(due: readonly Due[], last: string | undefined, seed: number): Due[] {
  const at = last === undefined ? Math.floor(seed) % due.length : due.findIndex(({ slot }) => slot > last);
  return at < 1 ? [...due] : [...due.slice(at), ...due.slice(0, at)];
}

function grouped<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOfItem(item));
    if (group) group.push(item);
    else groups.set(keyOfItem(item), [item]);
  }
  return groups;
}

/** Where it stopped for want of time; `undefined` where it came to the end. */
async function scan(
  { session, clock }: { readonly session: LedgerSession; readonly clock: Clock },
  from: string,
  until: number,
  found: Due[],
  end?: string,
): Promise<string | undefined> {
  const share = takingTurns();
  for (let after = from; ;) {
    const { rows, next } = await session.ledger.list({ limit: page, due: true, after });
    for (const { slot, doc } of rows) {
      await share(doc.length);
      if (end !== undefined && slot > end) return undefined;
      found.push({ slot, ...ownerOf(doc) });
    }
    if (next === undefined) return undefined;
    after = next;
    if (clock.monotonic() >= until) return after;
  }
}

/** Whose it is. One that cannot be read is nobody's, told of when its turn comes, and holds up no other. */
function ownerOf(doc: string): Omit<Due, 'slot'> {
  try {
    const { client, contract, approval } = JSON.parse(doc) as Pick<EffectRecord, 'client' | 'contract' | 'approval'>;
    const isAsked = approval?.state === 'pending' || approval?.lapsed !== undefined;
    return { client, tenant: contract.tenant ?? '', ...(isAsked ? { asked: true } : {}) };
  } catch {
    return { client: '', tenant: '' };
  }
}

/** The first of each, then the second of each. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}
