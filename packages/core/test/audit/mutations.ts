import { sha256 } from '../../src/fingerprint.ts';
import type { AuditedRow, Ledger } from '../../src/ledger.ts';
import type { Raw, RawEvent, RawRow, RawWorkflow } from './raw.ts';

/** One edit of the database; `undo` brings everything back. */
export interface Mutation {
  readonly name: string;
  apply(): Promise<void>;
  undo(): Promise<void>;
}

export async function everything(ledger: Ledger): Promise<AuditedRow[]> {
  return [...(await ledger.audited({ limit: 1_000 })).rows];
}

/** Every single edit of a record or an event: each column, each field of each document, deletion, insertion, exchange. */
export function mutationsOf(raw: Raw, rows: readonly AuditedRow[]): Mutation[] {
  return rows.flatMap((row) => [...rowMutations(raw, row), ...eventMutations(raw, row)]);
}

/** Every edit of a workflow's state: who holds it, why, what was granted, and that it is held at all. */
export async function workflowMutations(raw: Raw, name: string, rows: readonly AuditedRow[]): Promise<Mutation[]> {
  const row = await raw.workflow(name);
  if (!row) throw new Error(`no workflow ${name}`);
  const paused = rows.find(({ slot, doc }) => slot.startsWith(`;${name}:`) && doc.includes('"state":"paused"'));
  if (!paused) throw new Error(`nobody paused ${name}`);
  const decision = paused.slot.slice(name.length + 2);
  const before = { ...row, state: 'paused', doc: JSON.stringify({ ...JSON.parse(paused.doc), decision }) };
  const put = (what: string, changed: RawWorkflow | undefined): Mutation => ({
    name: `workflow ${name}: ${what}`,
    apply: () => raw.putWorkflow(name, changed),
    undo: () => raw.putWorkflow(name, row),
  });
  return [
    put('deleted', undefined),
    put('put back', before),
    put('state', { ...row, state: row.state === 'running' ? 'cancelled' : 'running' }),
    put('doc cut', { ...row, doc: row.doc.slice(0, -1) }),
    ...variants(JSON.parse(row.doc))
      // What is used of a budget changes without a decision.
      .filter(({ path }) => !path.startsWith('.spent') && !path.endsWith(' one more'))
      .map(({ path, value }) => put(path, { ...row, doc: JSON.stringify(value) })),
  ];
}

function rowMutations(raw: Raw, audited: AuditedRow): Mutation[] {
  const { slot } = audited;
  const row: RawRow = { ...audited, dueAt: audited.dueAt ?? null };
  const put = (what: string, changed: RawRow | undefined): Mutation => ({
    name: `${slot}: ${what}`,
    apply: () => raw.putRow(slot, changed),
    undo: () => raw.putRow(slot, row),
  });
  const moved = `${slot}x`;
  return [
    put('deleted', undefined),
    {
      name: `${slot}: its slot`,
      apply: async () => {
        await raw.putRow(slot, undefined);
        await raw.putRow(moved, row);
      },
      undo: async () => {
        await raw.putRow(moved, undefined);
        await raw.putRow(slot, row);
      },
    },
    put('revision up', { ...row, revision: row.revision + 1 }),
    put('revision down', { ...row, revision: row.revision - 1 }),
    put('at', { ...row, at: row.at + 1 }),
    put('state', { ...row, state: `${row.state}x` }),
    put('due', { ...row, dueAt: row.dueAt === null ? 5 : null }),
    put('doc cut', { ...row, doc: row.doc.slice(0, -1) }),
    ...variants(JSON.parse(row.doc)).map(({ path, value }) => put(path, { ...row, doc: JSON.stringify(value) })),
    // Only a record that may be written again can pass for one that was.
    ...(slot.startsWith('invoice') ? variants(JSON.parse(row.doc)) : []).map(({ path, value }) =>
      put(`${path}, disguised as a later write`, { ...row, revision: row.revision + 1, doc: JSON.stringify(value) }),
    ),
  ];
}

function eventMutations(raw: Raw, { slot, events }: AuditedRow): Mutation[] {
  const restore = async (): Promise<void> => {
    for (const { sequence, at, doc } of events) await raw.putEvent(slot, sequence, { at, doc });
  };
  return events.flatMap((event, index) => {
    const { sequence, at, doc } = event;
    const put = (what: string, changed: RawEvent | undefined): Mutation => ({
      name: `${slot} event ${sequence}: ${what}`,
      apply: () => raw.putEvent(slot, sequence, changed),
      undo: restore,
    });
    const moved = (what: string, to: number): Mutation => ({
      name: `${slot} event ${sequence}: ${what}`,
      apply: async () => {
        if (what === 'moved') await raw.putEvent(slot, sequence, undefined);
        await raw.putEvent(slot, to, { at, doc });
      },
      undo: async () => {
        await raw.putEvent(slot, to, undefined);
        await restore();
      },
    });
    const next = events[index + 1];
    return [
      put('deleted', undefined),
      put('at', { at: at - 1, doc }),
      moved('moved', 50),
      moved('inserted behind', events.length + 1),
      moved('inserted before', 0),
      ...variants(JSON.parse(doc)).map(({ path, value }) => put(path, { at, doc: JSON.stringify(value) })),
      ...(next
        ? [
            {
              name: `${slot} event ${sequence}: exchanged with the next`,
              apply: async () => {
                await raw.putEvent(slot, sequence, next);
                await raw.putEvent(slot, next.sequence, event);
              },
              undo: restore,
            },
          ]
        : []),
    ];
  });
}

/** A document with one of its fields changed, and with one left out, for each of its fields. */
function variants(value: unknown): { path: string; value: unknown }[] {
  if (typeof value === 'string') return [{ path: '', value: `${value}x` }];
  if (typeof value === 'number') return [{ path: '', value: value + 1 }];
  if (typeof value === 'boolean') return [{ path: '', value: !value }];
  if (typeof value !== 'object' || value === null) return [{ path: '', value: 1 }];
  const inside = Object.entries(value).flatMap(([name, item]) =>
    variants(item).map(({ path, value: changed }) => ({
      path: `.${name}${path}`,
      value: withField(value, name, changed),
    })),
  );
  const without = Object.keys(value).map((name) => ({ path: `.${name} left out`, value: withField(value, name) }));
  return [
    ...inside,
    ...without,
    { path: ' one more', value: withField(value, Array.isArray(value) ? `${value.length}` : 'more', 1) },
  ];
}

function withField(value: object, name: string, changed?: unknown): unknown {
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    if (changed === undefined) copy.splice(Number(name), 1);
    else copy[Number(name)] = changed;
    return copy;
  }
  const copy = { ...value } as Record<string, unknown>;
  if (changed === undefined) delete copy[name];
  else copy[name] = changed;
  return copy;
}

/** A slot's chain made anew from its first event on, with one field changed, as one who knows the format would. */
export async function rewriteChain(raw: Raw, { slot, events }: AuditedRow): Promise<void> {
  let previous = '';
  for (const { sequence, at, doc } of events) {
    const event = { ...(JSON.parse(doc) as object), previous, ...(sequence === 1 ? { reason: 'another' } : {}) };
    const text = JSON.stringify(event);
    await raw.putEvent(slot, sequence, { at, doc: text });
    previous = sha256(text);
  }
  const row = (await raw.row(slot)) as RawRow;
  const record = JSON.parse(row.doc) as { chain: { hash: string } };
  record.chain.hash = previous;
  await raw.putRow(slot, { ...row, doc: JSON.stringify(record) });
}
