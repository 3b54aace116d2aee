/**
 * An adapter for an HTTP API of your own from a table of its writes: each one request, sent once.
 * @module
 */
import { defineAdapter, type Adapter } from './adapter.ts';
import { connectionOf } from './http/connection.ts';
import { requestEditor } from './http/editor.ts';
import type { AnyHttpOperation, HttpAdapterOptions, HttpClient } from './http/options.ts';
import { knownOperations, refuseBadOptions } from './http/table.ts';

export { HttpAnswerError } from './http/answer-error.ts';
export type { HttpBody, HttpPart } from './http/body.ts';
export type { HttpHeaders } from './http/credentials.ts';
export type { HttpAdapterOptions, HttpClient, HttpOperation } from './http/options.ts';
export type { HttpRead } from './http/reads.ts';
export type { HttpRequest } from './http/stored.ts';

/**
 * Puts an HTTP API under the ledger. `oncely.clients.<name>` has a function for each operation.
 *
 * @throws OncelyError `invalid_config` where an operation is declared wrongly.
 */
export function httpAdapter<
  const Operations extends Readonly<Record<string, AnyHttpOperation>>,
  const Accounts extends 'one' | 'many' = 'one',
>(options: HttpAdapterOptions<Operations, Accounts>): Adapter<HttpClient<Operations>, Accounts> {
  refuseBadOptions(options);
  const known = knownOperations(options);
  const accounts = (options.accounts ?? 'one') as Accounts;
  return defineAdapter<HttpClient<Operations>, Accounts>({
    vendor: options.vendor,
    accounts,
    operations: { names: [...known.keys()] },
    editor: requestEditor(known),
    connect: (runtime, account) => connectionOf<HttpClient<Operations>>(options, known, runtime, account),
  });
}
