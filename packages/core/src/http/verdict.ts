import { provesHeader } from '../keeping.ts';
import { retryAfterMs } from '../adapter-kit/retry-after.ts';
import { UnclearAnswer, unclearAnswer } from '../adapter-kit/unclear-answer.ts';
import type { Verdict, WireResponse } from '../adapter.ts';

/** What the answers to an operation are: JSON by default, or text or bytes where it says so. */
export type AnswerKind = 'json' | 'text' | 'bytes';

const acceptedJson = 'accepted json';

/** How answers are judged. */
export interface Judging {
  readonly vendor: string;
  readonly own: (response: WireResponse) => boolean;
  readonly classify?: (response: WireResponse) => Verdict | undefined;
  readonly id: (answer: unknown, response: WireResponse) => string | undefined;
  readonly headers: readonly string[];
}

/**
 * What one answer to a write proves. Of what is not surely the vendor's own there is nothing to be said; then `classify`
 * is asked, and then the status. The answer keeps what it proved, and of its headers those that are needed.
 */
export function judged(answer: WireResponse, judging: Judging, kind: AnswerKind): Verdict {
  const response = asText(answer, kind);
  const isOwn = judging.own(response);
  const verdict = (isOwn ? judging.classify?.(response) : undefined) ?? byStatus(response, isOwn, kind);
  const reason = String(('reason' in verdict ? verdict.reason : undefined) ?? `http_${response.status}`);
  switch (verdict.evidence) {
    case 'accepted': {
      const vendorId = verdict.vendorId ?? idOf(answer, judging, kind);
      const given = verdict.response ?? response;
      // A yes is kept as the bytes that it is.
      const whole = given.body === response.body ? { ...given, body: answer.body } : given;
      const kept = keptOf(whole, 'accepted', judging);
      return { ...verdict, response: kept, ...(vendorId === undefined ? {} : { vendorId }) };
    }
    case 'rejected':
      return { ...verdict, reason, response: keptOf(verdict.response ?? response, `rejected ${reason}`, judging) };
    case 'not_applied':
      return { ...verdict, reason, response: keptOf(verdict.response ?? response, `not_applied ${reason}`, judging) };
    case 'unknown':
      return { ...verdict, cause: verdict.cause ?? unclear(response, judging.vendor, isOwn) };
    default: {
      const { evidence } = verdict as { readonly evidence?: unknown };
      return { evidence: 'unknown', reason: `classify gave the evidence "${String(evidence)}", which is none` };
    }
  }
}

/** Whether an answer, given live or again, is a yes; where it does not say itself, by the status alone. */
export function proves(response: WireResponse): { readonly isYes: boolean; readonly reason?: string } {
  const [evidence, reason] = split(response.headers[provesHeader]);
  if (evidence === undefined) return { isYes: response.status < 400 };
  return { isYes: evidence === 'accepted', ...(reason === undefined ? {} : { reason }) };
}

/** An answer of whose yes there is no doubt: what was looked up, and what is read again. */
export function asYes(response: WireResponse, isJson = false): WireResponse {
  return { ...response, headers: { ...response.headers, [provesHeader]: isJson ? acceptedJson : 'accepted' } };
}

/** What a look-up found, as the answer of an operation of this kind. */
export function foundAnswer(found: unknown, kind: AnswerKind = 'json'): WireResponse {
  const as = (body: string, isJson = false): WireResponse => asYes({ status: 200, headers: {}, body }, isJson);
  if (kind === 'text' && typeof found === 'string') return as(found);
  if (kind === 'bytes' && found instanceof Uint8Array) return as(Buffer.from(found).toString('base64'));
  return as(JSON.stringify(found), kind !== 'json');
}

/** How a kept yes is read: what was found or read again is JSON, whatever the operation itself answers. */
export function kindOf({ headers }: WireResponse, kind: AnswerKind | undefined): AnswerKind | undefined {
  return headers[provesHeader] === acceptedJson ? 'json' : kind;
}

/** An answer as it is judged, and told of where it is no yes: its text. */
export function asText(answer: WireResponse, kind: AnswerKind): WireResponse {
  return kind === 'bytes' ? { ...answer, body: Buffer.from(answer.body, 'base64').toString() } : answer;
}

function byStatus(response: WireResponse, isOwn: boolean, kind: AnswerKind): Verdict {
  const { status, headers } = response;
  const reason = `http_${status}`;
  if (!isOwn) return { evidence: 'unknown', reason: `${reason}_not_the_vendors` };
  if (status >= 200 && status < 300) {
    try {
      answerOf(response, kind);
    } catch {
      return { evidence: 'unknown', reason: `${reason}_not_json` };
    }
    return { evidence: 'accepted', response };
  }
  if (status === 429) {
    return { evidence: 'not_applied', reason, response, retryAfterMs: retryAfterMs(headers) ?? 1_000 };
  }
  if (status === 401 || status === 403) return { evidence: 'not_applied', reason, response, environment: true };
  // No more is a no that may speak of another request under way.
  const final = status >= 400 && status < 500 && ![408, 409, 423, 425].includes(status);
  if (final) return { evidence: 'rejected', reason, response };
  const wait = retryAfterMs(headers);
  return { evidence: 'unknown', reason, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

/** What an answer says; of an empty one `undefined`. @throws SyntaxError where it should be JSON and is none. */
export function answerOf({ body }: Pick<WireResponse, 'body'>, kind: AnswerKind = 'json'): unknown {
  if (kind === 'text') return body;
  if (kind === 'bytes') return new Uint8Array(Buffer.from(body, 'base64'));
  // A byte order mark is no JSON, and no part of what was meant.
  const text = body.replace(/^\uFEFF/, '');
  return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
}

function unclear(response: WireResponse, vendor: string, isOwn: boolean): UnclearAnswer {
  const { status } = response;
  if (isOwn) return unclearAnswer(vendor, response, wordsIn(response));
  return new UnclearAnswer(`own() did not take an answer of status ${status} for one of ${vendor}`, { status });
}

/** The vendor's word and sentence in an answer, by the names that are usual for them. */
function wordsIn({ body }: WireResponse): { code?: string; message?: string } {
  try {
    const answer = JSON.parse(body) as Readonly<Record<string, unknown>> | null;
    const { error, message, detail, title, code } = answer ?? {};
    const inner = (typeof error === 'object' ? error : undefined) as { message?: unknown; code?: unknown } | undefined;
    const said = [message, inner?.message, error, detail, title].find((each) => typeof each === 'string');
    const word = [code, inner?.code].find((each) => typeof each === 'string');
    return {
      ...(word === undefined ? {} : { code: word as string }),
      ...(said === undefined ? {} : { message: said as string }),
    };
  } catch {
    return {};
  }
}

/** The id in an answer, where there is one: what is accepted stays so without it. */
function idOf(response: WireResponse, { id }: Judging, kind: AnswerKind): string | undefined {
  try {
    return id(answerOf(response, kind), response);
  } catch {
    return undefined;
  }
}

/** An answer as it is kept: headers may hold secrets, and few of them are ever needed. */
function keptOf({ status, headers, body }: WireResponse, said: string, judging: Judging): WireResponse {
  const kept = Object.entries(headers).filter(([name]) => judging.headers.includes(name));
  return {
    status,
    headers: { ...Object.fromEntries(kept), [provesHeader]: encodeURI(said.slice(0, 200).toWellFormed()) },
    body,
  };
}

function split(said: string | undefined): [string?, string?] {
  if (said === undefined) return [];
  const text = decodeURI(said);
  const space = text.indexOf(' ');
  return space === -1 ? [text] : [text.slice(0, space), text.slice(space + 1)];
}
