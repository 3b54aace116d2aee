/** What a server is, as a process last saw it: what it said of itself, and where its log of writes stood. */
export interface Origin {
  /** As parameters of a write; null where the server does not tell. */
  values(): readonly [origin: string | null, lsn: string | null];
  /** Takes over what was noticed; undefined where the server does not tell. */
  noticed(origin: string | undefined): void;
  /** The log of writes stood there when a write was answered. */
  saw(lsn: string | undefined): void;
}

/** Written by a managed server that has no such functions, or hides them. */
const doesNotTell = new Set(['0A000', '42501', '42883', '55000']);

export function isUntold(state: string): boolean {
  return doesNotTell.has(state);
}

export function createOrigin(): Origin {
  let known: string | undefined;
  let highest = 0n;
  return {
    values: () => [known ?? null, known === undefined || highest === 0n ? null : textOf(highest)],
    noticed: (origin) => {
      // Of another server, where it stands says nothing; and what was lost is met once.
      if (origin !== known) highest = 0n;
      known = origin;
    },
    saw: (lsn) => {
      if (lsn === undefined) return;
      const at = numberOf(lsn);
      if (at > highest) highest = at;
    },
  };
}

function numberOf(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function textOf(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`;
}
