import type { WireResponse } from '@oncely/core';

/** How one input of a write stands at HubSpot. */
export interface Seen {
  /** It is as the write makes it. */
  readonly done: boolean;
  /** What there is of it, comparable with an earlier look. */
  readonly value: string;
  readonly id?: string;
  /** What HubSpot would have answered for it. */
  readonly result?: unknown;
}

/** A look at everything that one write is about. */
export interface Look {
  /** One for each input of a batch, one for anything else. */
  readonly seen: readonly Seen[];
  /** The answer that says that all of it is done. */
  readonly answer: WireResponse;
  /** Others that are as asked for too: two effects, or another's that nobody can tell from ours. */
  readonly twice?: readonly string[];
}

/** A look that proves nothing, whatever it shows. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}
