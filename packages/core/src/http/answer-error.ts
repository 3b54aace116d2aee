import type { WireResponse } from '../adapter.ts';
import { provesHeader } from '../keeping.ts';
import { proves } from './verdict.ts';

/** The vendor's own no, whatever its status; the same on a replay. */
export class HttpAnswerError extends Error {
  readonly status: number;
  readonly body: string;
  /** What `classify` called it, or `http_` and the status. */
  readonly reason: string;
  /** Those of the answer's headers that are kept. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(response: WireResponse) {
    const { status, body } = response;
    const { reason = `http_${status}` } = proves(response);
    const no = status < 400 && reason !== `http_${status}` ? ` with a no (${reason})` : '';
    super(`the vendor answered ${status}${no}: ${body.slice(0, 500)}`);
    this.name = 'HttpAnswerError';
    this.status = status;
    this.body = body;
    this.reason = reason;
    const { [provesHeader]: _ours, ...headers } = response.headers;
    this.headers = headers;
  }
}
