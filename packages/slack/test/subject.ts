import type { SafetyClass } from '@oncely/core';
import type { WebClient } from '@slack/web-api';

/** What a subject is written about: made with the raw client, before. */
export type Ids = Readonly<Record<string, string>>;

/** One kind of write, as an agent makes it. */
export interface Subject {
  /** The method whose write it is. */
  readonly method: string;
  /** What tells it from others of its method. */
  readonly name: string;
  readonly kind: Exclude<SafetyClass['kind'], 'keyed'>;
  readonly before?: (raw: WebClient) => Promise<Ids>;
  readonly write: (slack: WebClient, ids: Ids) => Promise<unknown>;
  /** How doubt ends: by a look, by doing it again, or by a person. */
  readonly found: 'look' | 'repeat' | 'person';
  /** Why a doubt may stop for a person although it can be looked up. */
  readonly mayStop?: string;
  /** Without which scope the look-up is blind and the doubt stops; absent where Slack arbitrates a repeat. */
  readonly scope?: string;
}
