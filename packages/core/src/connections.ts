import type { Adapter, AdapterRuntime, Connection } from './adapter.ts';
import type { Clock } from './clock.ts';
import { OncelyError } from './errors.ts';
import type { Origin } from './perform.ts';

/** A vendor's client for each account that was asked for. */
export interface Connections {
  /** `undefined` where there is no client of that name. */
  of(client: string, account: string): Origin | undefined;
}

/** A connection, and since when it stands, on the monotonic clock. */
interface Held {
  readonly origin: Origin;
  readonly since: number;
  refused: boolean;
}

type Perform = (
  origin: Origin,
  ...write: Parameters<AdapterRuntime['perform']>
) => ReturnType<AdapterRuntime['perform']>;

/** How many accounts are held whether or not anybody uses them; a client is some tens of kilobytes. */
const mostHeld = 500;

/** How long one is given out before its builder is asked again, in milliseconds: tokens are renewed some times a day. */
const freshMs = 5 * 60_000;

/**
 * Connections are made when they are first asked for. Of one account among many the builder is asked again after five
 * minutes, or once the vendor refused its credentials, so that a renewed token is taken; one that nobody uses is let go.
 * Whoever holds a client of before goes on with it.
 */
export function createConnections(
  adapters: Readonly<Record<string, Adapter>>,
  perform: Perform,
  clock: Pick<Clock, 'monotonic'>,
  reads?: AdapterRuntime['reads'],
): Connections {
  const single = new Map<string, Origin>();
  // The latest is last.
  const held = new Map<string, Held>();
  // Of what is no longer held but still in use there is one all the same.
  const known = new Map<string, WeakRef<Held>>();
  const forgotten = new FinalizationRegistry<string>((id) => {
    if (known.get(id)?.deref() === undefined) known.delete(id);
  });
  const records = new WeakMap<Origin, Held>();

  const connect = (adapter: Adapter, client: string, account: string): Origin => {
    const refused = (): void => {
      const record = records.get(origin);
      if (record) record.refused = true;
    };
    const connection: Connection<unknown> = adapter.connect(
      { perform: (...write) => perform(origin, ...write), ...(reads === undefined ? {} : { reads }) },
      account,
    );
    refuseBlind(adapter, client, connection);
    const origin: Origin = { client, account, connection, adapter, refused };
    return origin;
  };

  const keep = (id: string, record: Held): Origin => {
    held.delete(id);
    held.set(id, record);
    if (held.size > mostHeld) {
      const [oldest] = held.keys();
      if (oldest !== undefined) held.delete(oldest);
    }
    return record.origin;
  };

  const made = (id: string, origin: Origin): Origin => {
    const record: Held = { origin, since: clock.monotonic(), refused: false };
    records.set(origin, record);
    known.set(id, new WeakRef(record));
    forgotten.register(record, id);
    return keep(id, record);
  };

  return {
    of(client, account) {
      const adapter = adapters[client];
      if (!adapter) return undefined;
      const id = `${client}/${account}`;
      if (adapter.accounts !== 'many') {
        const origin = single.get(id) ?? connect(adapter, client, account);
        single.set(id, origin);
        return origin;
      }
      const before = held.get(id) ?? known.get(id)?.deref();
      if (!before) return made(id, connect(adapter, client, account));
      if (!before.refused && clock.monotonic() - before.since < freshMs) return keep(id, before);
      try {
        return made(id, connect(adapter, client, account));
      } catch {
        // A builder that keeps its clients gives the one of before, which goes on as it is.
        return made(id, before.origin);
      }
    },
  };
}

/** An adapter in JavaScript, or of an interface of before, whose doubts nobody could settle: said before the first. */
function refuseBlind({ vendor }: Adapter, client: string, connection: Partial<Connection<unknown>>): void {
  const missing = (['probe', 'resend', 'restore'] as const).find((name) => typeof connection[name] !== 'function');
  if (missing === undefined) return;
  throw new OncelyError('invalid_config', {
    message: `the adapter of ${vendor}, given as clients.${client}, connects without ${missing}, so that what is in doubt could not be settled.`,
    fix: `connect: (runtime) => ({ client, resend, probe, restore })`,
  });
}
