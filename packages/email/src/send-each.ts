import { isOncelyError, OncelyError } from '@oncely/core';

import { isFinal, isOfLogin } from './classify.ts';

/** How far a bulk mail is. */
export interface BulkProgress {
  /** Sent now or before, in another run. */
  readonly done: number;
  /** Refused for good by the server: nodemailer's error with a 5xx. */
  readonly rejected: number;
  /** In doubt: a person decides. */
  readonly stopped: number;
  /** Neither sent nor refused for good, such as put off by the server: another run may send them. */
  readonly open: number;
}

export interface SendEachOptions<Item> {
  /** How many at a time. Default 8; a pool's `maxConnections` is a good number. */
  readonly concurrency?: number;
  /** After each, in no order. */
  readonly onProgress?: (progress: BulkProgress) => void;
  /** What became of one that was not sent. */
  readonly onFailure?: (item: Item, error: unknown) => void;
  /** How many may stay open in a row before it ends, as the server is away. Default 20. */
  readonly patience?: number;
  /** Begins no more once it is aborted. */
  readonly signal?: AbortSignal;
}

export interface BulkResult extends BulkProgress {
  /** Whether it came to the end of the list. */
  readonly complete: boolean;
}

/**
 * Sends one mail each, as effects of their own, with no more of them in memory than are under way. Run it again after a
 * crash: those that were sent are replayed without a connection. What fails stops nobody else, but an error of the
 * program or the ledger, and a server that is away, end it.
 *
 * @param send sends the mail of one item as one effect, named by the item and never by its place in the list
 * @example
 * await sendEach(customers(), ({ id, address }) =>
 *   oncely.scope({ businessId: `newsletter_2026_11:${id}`, workflowId: 'newsletter' }, () =>
 *     oncely.effect('mail', () => email.sendMail({ from, to: address, subject, text }))));
 */
export async function sendEach<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  send: (item: Item) => Promise<unknown>,
  options: SendEachOptions<Item> = {},
): Promise<BulkResult> {
  const { concurrency = 8, onProgress, onFailure, patience = 20, signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new OncelyError('invalid_input', {
      message: 'sendEach: concurrency must be a whole number above 0. Nothing was sent.',
    });
  }
  const counts = { done: 0, rejected: 0, stopped: 0, open: 0 };
  let inARow = 0;
  let complete = true;
  let failure: { readonly error: unknown } | undefined;
  const next = readerOf(items);
  const worker = async (): Promise<void> => {
    for (;;) {
      if (failure) return;
      if (signal?.aborted === true || inARow >= patience) {
        complete = false;
        return;
      }
      const taken = await next();
      if (taken.done === true) return;
      try {
        await send(taken.value);
        counts.done += 1;
        inARow = 0;
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'broken') {
          failure ??= { error };
          return;
        }
        counts[kind] += 1;
        inARow = kind === 'open' ? inARow + 1 : 0;
        onFailure?.(taken.value, error);
      }
      onProgress?.({ ...counts });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.error;
  if (broken) throw broken.reason;
  return { ...counts, complete };
}

/** Takes one after the other, though many ask: an async generator is asked for one at a time. */
function readerOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): () => Promise<IteratorResult<Item>> {
  const isAsync = Symbol.asyncIterator in items;
  const iterator = isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let turn: Promise<unknown> = Promise.resolve();
  return () => {
    const taken = turn.then(() => iterator.next());
    turn = taken.catch(() => undefined);
    return taken;
  };
}

/** Where the next one would fare no better: the ledger, the set-up, the login. */
const brokenCodes: ReadonlySet<unknown> = new Set([
  'ledger_unavailable',
  'ledger_unusable',
  'not_recorded',
  'closing',
  'invalid_config',
  'unscoped',
  'workflow_held',
  'EAUTH',
  'ENOAUTH',
  'EOAUTH2',
]);

function kindOf(error: unknown): 'rejected' | 'stopped' | 'open' | 'broken' {
  if (!(error instanceof Error) && !isOncelyError(error)) return 'broken';
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
  // An error without a code is one of the program.
  if (code === undefined || brokenCodes.has(code)) return 'broken';
  if (responseCode !== undefined && isOfLogin(responseCode)) return 'broken';
  if (code === 'stopped' || code === 'in_doubt') return 'stopped';
  return responseCode !== undefined && isFinal(responseCode) ? 'rejected' : 'open';
}
