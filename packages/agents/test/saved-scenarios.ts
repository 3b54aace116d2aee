import type { ApprovalAnswer } from '@oncely/agents/approvals';

/** The scenarios in which a run is saved, its process ends, and another goes on. */
export const savedScenarios = [
  {
    id: 'b',
    what: "SIGKILL after the vendor's commit; a fresh process goes on from what was saved",
    /** The amount whose refunds are counted, and how many of it may be made. */
    counts: 500,
    effects: 1,
  },
  { id: 'e', what: 'a saved approval replayed concurrently', counts: 500, effects: 1 },
  {
    id: 'f',
    what: 'the amount changed after the approval: refunds of the other amount',
    counts: 5000,
    effects: 0,
  },
] as const;

export type SavedId = (typeof savedScenarios)[number]['id'];

/** One run of one framework in one scenario, over the raw tool or ours. */
export interface Cell {
  readonly id: SavedId;
  readonly framework: string;
  readonly kind: 'raw' | 'ours';
  /** The payment that it is about, and by which its effects are counted. */
  readonly charge: string;
}

/** What is kept between processes: the framework's state, and what the person was shown. */
export interface KeptRun {
  readonly state: unknown;
  readonly yes: ApprovalAnswer;
}

/** The cells of some frameworks. */
export function cellsOf(names: readonly string[]): Cell[] {
  return names.flatMap((framework, index) =>
    savedScenarios.flatMap(({ id }) =>
      (['raw', 'ours'] as const).map((kind) => ({ id, framework, kind, charge: `ch_${id}${index}${kind}` })),
    ),
  );
}

/** The same data with another amount, however a framework has written it down. */
export function withAmount(value: unknown, from: number, to: number): unknown {
  const edit = (inner: unknown): unknown => {
    if (typeof inner === 'string') {
      return inner.replaceAll(new RegExp(`(amount\\\\*":\\s*)${from}\\b`, 'g'), `$1${to}`);
    }
    if (inner instanceof Uint8Array) return new TextEncoder().encode(String(edit(new TextDecoder().decode(inner))));
    if (Array.isArray(inner)) return inner.map(edit);
    if (inner instanceof Map) return new Map([...inner].map(([key, item]) => [key, edit(item)]));
    if (typeof inner !== 'object' || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(
      Object.entries(inner).map(([key, item]) => [key, key === 'amount' && item === from ? to : edit(item)]),
    );
  };
  return edit(value);
}
