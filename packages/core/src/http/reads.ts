import type { ProbeAnswer, Verdict, WireResponse } from '../adapter.ts';
import { HttpAnswerError } from './answer-error.ts';
import { readWhole, withoutCookies } from '../transport-end.ts';
import { answerOf } from './verdict.ts';

const mostBytes = 64 * 1_024 * 1_024;

/**
 * Reads JSON at the vendor by GET. @throws HttpAnswerError on another status than 2xx, Error where it is not `own`.
 */
export type HttpRead = (
  path: string,
  options?: { readonly headers?: Readonly<Record<string, string>> },
) => Promise<unknown>;

/** How answers to reads are had and judged. */
export interface Reading {
  readonly vendor: string;
  readonly own: (response: WireResponse) => boolean;
  /** 0 for none. */
  readonly timeoutMs: number;
  readonly address: (path: string) => string;
  readonly headers: (withinMs: number) => Promise<Readonly<Record<string, string>>>;
}

/** Reads one answer that is surely the vendor's, and a yes by its status. */
export function readBy(reading: Reading): (...read: Parameters<HttpRead>) => Promise<WireResponse> {
  const { vendor, own, timeoutMs } = reading;
  return async (path, more) => {
    const url = reading.address(path);
    const answer = await fetch(url, {
      headers: { ...(await reading.headers(timeoutMs)), ...more?.headers },
      // The credentials are for this host alone.
      redirect: 'manual',
      ...(timeoutMs > 0 ? { signal: AbortSignal.timeout(timeoutMs) } : {}),
    });
    const { status } = answer;
    const body = answer.body ? await readWhole(answer.body, mostBytes, { status }) : await answer.text();
    const response = { status, headers: withoutCookies(answer.headers), body };
    if (!own(response)) {
      throw new Error(`what answered a read with ${status} is not surely ${vendor}, so it proves nothing`);
    }
    if (!answer.ok) throw new HttpAnswerError({ ...response, headers: {} });
    return response;
  };
}

/** One look-up at the vendor: what it read, and whether that may be taken for the whole. */
export interface LookUp {
  readonly read: HttpRead;
  /** Why an empty list is no proof that nothing is there; `undefined`: it is. */
  readonly incomplete: () => { readonly kind: 'cannot_know' | 'unreachable'; readonly reason: string } | undefined;
}

/** Watches the answers that a `find` reads, which nobody but it can tell to be the whole. */
export function lookUp(
  readResponse: (...read: Parameters<HttpRead>) => Promise<WireResponse>,
  classify: ((response: WireResponse) => Verdict | undefined) | undefined,
): LookUp {
  // By list: the pages of one differ in their query.
  const lists = new Map<string, boolean>();
  let no: string | undefined;
  return {
    read: async (path, options) => {
      const response = await readResponse(path, options);
      no ??= noIn(response, classify);
      lists.set(path.split('?', 1)[0] ?? '', hasMore(response));
      return answerOf(response);
    },
    incomplete: () => {
      if (no !== undefined) {
        return {
          kind: 'unreachable',
          reason: `what answered the look-up is a no of the vendor's (${no}), and no list`,
        };
      }
      if (![...lists.values()].includes(true)) return undefined;
      const reason =
        'the list that was looked through has more pages than `find` read, so that finding nothing proves nothing';
      return { kind: 'cannot_know', reason };
    },
  };
}

/** Asks, and says what a failure to read means. `goneIsAbsent`: of one object by its id a 404 is an answer. */
export async function asked(ask: () => Promise<ProbeAnswer>, goneIsAbsent = false): Promise<ProbeAnswer> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const status = error instanceof HttpAnswerError ? error.status : undefined;
    if (status === 404 && goneIsAbsent) return { kind: 'absent' };
    // Of a list it may be a wrong path.
    if (status === 401 || status === 403 || status === 404) return { kind: 'cannot_know', reason };
    return { kind: 'unreachable', reason };
  }
}

/** Some vendors say no in a 2xx, to a look-up as to a write. */
export function noIn(
  response: WireResponse,
  classify: ((response: WireResponse) => Verdict | undefined) | undefined,
): string | undefined {
  const said = classify?.(response);
  return said === undefined || said.evidence === 'accepted' ? undefined : said.reason;
}

/** How lists say that there is more of them. */
function hasMore({ headers, body }: WireResponse): boolean {
  if (/rel="?next"?/i.test(headers['link'] ?? '')) return true;
  const list = answerOf({ body });
  if (typeof list !== 'object' || list === null || Array.isArray(list)) return false;
  const within = ['paging', 'pagination', 'links', '_links', 'meta', 'response_metadata', 'page_info', 'pageInfo'];
  return [list, ...within.map((name) => (list as Record<string, unknown>)[name])].some(saysMore);
}

function saysMore(told: unknown): boolean {
  if (typeof told !== 'object' || told === null) return false;
  const { has_more, hasMore: camel, hasNextPage, has_next_page } = told as Record<string, unknown>;
  if ([has_more, camel, hasNextPage, has_next_page].includes(true)) return true;
  // Where it says so itself, a cursor beside it may be that of the last page.
  if ([has_more, camel, hasNextPage, has_next_page].includes(false)) return false;
  const cursors = ['next', 'next_page', 'nextPage', 'next_cursor', 'nextCursor', 'next_page_token', 'nextPageToken'];
  return cursors.some((name) => {
    const next = (told as Record<string, unknown>)[name];
    return (
      (typeof next === 'string' && next !== '') ||
      typeof next === 'number' ||
      (typeof next === 'object' && next !== null)
    );
  });
}
