import type { WireResponse } from '../adapter.ts';

/** What a vendor said where it proves nothing, for whoever has to find out: the `cause` of a doubt. */
export class UnclearAnswer extends Error {
  override readonly name = 'UnclearAnswer';
  readonly status: number;
  /** The vendor's own word for it, where the answer has one. */
  readonly code?: string;
  /** By which the vendor's support finds the call. */
  readonly requestId?: string;

  constructor(message: string, said: { readonly status: number; readonly code?: string; readonly requestId?: string }) {
    super(message);
    this.status = said.status;
    if (said.code !== undefined) this.code = said.code;
    if (said.requestId !== undefined) this.requestId = said.requestId;
  }
}

/** How much of a vendor's text is quoted. */
const mostQuoted = 300;

/**
 * An answer that proves nothing, as an error that quotes it: status, the vendor's word and sentence, its request id. Only
 * what `said` picks is quoted, or the start of a body that is no JSON; JSON as a whole may hold what is secret.
 */
export function unclearAnswer(
  vendor: string,
  response: WireResponse,
  said: { readonly code?: string | undefined; readonly message?: string | undefined } = {},
): UnclearAnswer {
  const { status, headers, body } = response;
  const requestId = headers['request-id'] ?? headers['x-request-id'] ?? headers['x-slack-req-id'];
  const message = said.message ?? (/^\s*[[{"]/.test(body) ? undefined : body.trim());
  const text =
    `${vendor} answered ${status}` +
    (said.code === undefined ? '' : ` ${quoted(said.code)}`) +
    (message === undefined || message === '' ? '' : `: "${quoted(message)}"`) +
    (requestId === undefined ? '' : ` (request ${quoted(requestId)})`);
  return new UnclearAnswer(text, {
    status,
    ...(said.code === undefined ? {} : { code: said.code }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what a terminal would act on
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return plain.length > mostQuoted ? `${plain.slice(0, mostQuoted)}…` : plain;
}
