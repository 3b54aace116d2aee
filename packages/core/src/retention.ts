import { matching } from './operation-patterns.ts';
import { OncelyError } from './errors.ts';
import type { RecordIndex } from './ledger.ts';

/** What is kept of a vendor's answer for replays. */
export type ResultRule =
  /** As the caller saw it. */
  | 'full'
  /** Only the vendor's id: a replay reads the object again where the adapter can, else fails with the id. */
  | 'none'
  /** Of its JSON body only these paths, as `id` or `charges.*.status`; a replay gives no more than them. */
  | { readonly paths: readonly string[] }
  /** Of its JSON body what a function of yours makes of it. `version` says which function made what is kept. */
  | { readonly project: (body: unknown) => unknown; readonly version: string };

/** How long what is kept of an operation's settled effects. What is left out never ends. */
export interface RetentionRule {
  /** Default `full`. */
  readonly result?: ResultRule;
  /** After how long the result is dropped, in milliseconds from the settling; a replay then reads it again. */
  readonly resultForMs?: number;
  /**
   * After how long an effect is compacted to a tombstone: slot, fingerprint, state and vendor id. It is still not sent
   * twice: who repeats it is told `result_unavailable`, with the id.
   */
  readonly tombstoneAfterMs?: number;
}

export interface RetentionOptions extends RetentionRule {
  /**
   * `never`: the exact request is not stored while an effect is open. What is in doubt after a crash can then be looked
   * up, or sent again by its own caller only. Default `open`: stored until the effect is settled.
   */
  readonly requests?: 'open' | 'never';
  /** By an operation's name or a pattern (`stripe.*`); the longest that fits adds to the fields beside it here. */
  readonly operations?: Readonly<Record<string, RetentionRule>>;
  /** When remembered values are deleted; one that is asked for later is computed anew. */
  readonly values?: { readonly deleteAfterMs: number };
  /** When counts of unscoped writes are deleted, from the last one. */
  readonly observations?: { readonly deleteAfterMs: number };
  /** When checkpoints, and the replays and refusals that the audit observed, are deleted; its events stay. */
  readonly trail?: { readonly deleteAfterMs: number };
}

/** Retention as it applies. */
export interface Retention {
  readonly keepsRequests: boolean;
  /** How long a record of this state that is no effect's is kept; `undefined`: for ever. */
  keptForMs(state: string): number | undefined;
  ruleOf(operation: string): RetentionRule;
  /** The index of a write with the shelf that it belongs on. */
  shelved(index: RecordIndex): RecordIndex;
}

export function createRetention(options: RetentionOptions = {}): Retention {
  const { requests, operations = {}, values, observations, trail, ...fallback } = options;
  const others: Readonly<Record<string, { readonly deleteAfterMs: number } | undefined>> = {
    value: values,
    observed: observations,
    checkpoint: trail,
    seen: trail,
  };
  const rules = new Map<string, RetentionRule>();
  const ruleOf = (operation: string): RetentionRule => {
    let rule = rules.get(operation);
    if (!rule) {
      const [best] = matching(operations, operation);
      rules.set(operation, (rule = { ...fallback, ...best }));
    }
    return rule;
  };
  const shelfOf = ({ state, settled }: RecordIndex): RecordIndex['shelf'] => {
    if (!settled) {
      const ofState = others[state];
      return ofState && { name: 'expiry', afterMs: ofState.deleteAfterMs };
    }
    if (settled.keeps === 'tombstone') return { name: 'tombstones', afterMs: 0 };
    const { resultForMs = Infinity, tombstoneAfterMs = Infinity } = ruleOf(settled.operation);
    const afterMs = Math.min(settled.keeps === 'result' ? resultForMs : Infinity, tombstoneAfterMs);
    return afterMs === Infinity ? undefined : { name: 'expiry', afterMs };
  };
  return {
    keepsRequests: requests !== 'never',
    keptForMs: (state) => others[state]?.deleteAfterMs,
    ruleOf,
    shelved: (index) => {
      const shelf = index.dueAfterMs === undefined ? (index.shelf ?? shelfOf(index)) : undefined;
      return shelf === undefined ? index : { ...index, shelf };
    },
  };
}

/** @throws OncelyError `invalid_config` naming what is wrong. */
export function refuseBadRetention(options: RetentionOptions = {}): void {
  const bad = (what: string): never => {
    throw new OncelyError('invalid_config', { message: `createOncely: retention: ${what}.` });
  };
  const duration = (name: string, ms: unknown): void => {
    if (ms !== undefined && !(typeof ms === 'number' && Number.isFinite(ms) && ms >= 0)) {
      bad(`${name} must be a number of milliseconds from 0`);
    }
  };
  const checkRule = (rule: RetentionRule, at: string): void => {
    duration(`${at}resultForMs`, rule.resultForMs);
    duration(`${at}tombstoneAfterMs`, rule.tombstoneAfterMs);
    const { result } = rule;
    if (typeof result !== 'object') {
      if (result !== undefined && result !== 'full' && result !== 'none') bad(`${at}result is none that is known`);
    } else if ('project' in result) {
      if (typeof result.version !== 'string' || result.version === '') bad(`${at}result.version is missing`);
      if (typeof result.project !== 'function') bad(`${at}result.project is no function`);
    } else if (!Array.isArray(result.paths)) bad(`${at}result.paths is no list`);
  };
  checkRule(options, '');
  for (const [pattern, rule] of Object.entries(options.operations ?? {})) checkRule(rule, `operations.${pattern}.`);
  if (options.requests !== undefined && options.requests !== 'open' && options.requests !== 'never') {
    bad("requests must be 'open' or 'never'");
  }
  duration('values.deleteAfterMs', options.values?.deleteAfterMs);
  duration('observations.deleteAfterMs', options.observations?.deleteAfterMs);
  duration('trail.deleteAfterMs', options.trail?.deleteAfterMs);
}
