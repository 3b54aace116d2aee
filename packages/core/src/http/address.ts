import { OncelyError } from '../errors.ts';

/** Below which address the paths of an adapter lie. */
export interface Base {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly path: string;
  /** A query that all requests carry, without its question mark. */
  readonly query: string;
}

/** @throws OncelyError `invalid_config` where it is no address, or holds what must not be in one. */
export function baseOf(vendor: string, url: string): Base {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw bad(vendor, 'url is no absolute address', "url: 'https://api.example.com/v1'");
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw bad(vendor, `url must begin with https: or http:, and begins with ${parsed.protocol}`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw bad(vendor, 'url holds credentials, which an error might print', 'headers: () => ({ authorization: ... })');
  }
  if (parsed.hash !== '') throw bad(vendor, 'url holds a fragment, which is never sent');
  return { origin: parsed.origin, path: parsed.pathname.replace(/\/$/, ''), query: parsed.search.slice(1) };
}

/**
 * The address of a path below the base. An id in it that would lead elsewhere is refused: `/issues/..` is another object
 * than the one that was meant.
 *
 * @throws OncelyError `invalid_input`
 */
export function addressOf({ origin, path: base, query: always }: Base, path: unknown, of: string): string {
  const refuse = (problem: string): never => {
    throw new OncelyError('invalid_input', {
      message: `${of}: its path ${problem}. Nothing was sent.`,
      fix: 'path: `/issues/${encodeURIComponent(id)}`  // below url, with its query',
    });
  };
  if (typeof path !== 'string') return refuse('is no text');
  // oxlint-disable-next-line no-control-regex -- a URL parser drops some of them without a word
  if (/[\u0000-\u001f\u007f\\#]/.test(path)) return refuse('holds a control character, a backslash or a #');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return refuse('is an address of its own');
  const mark = path.indexOf('?');
  const own = mark === -1 ? path : path.slice(0, mark);
  const query = [always, mark === -1 ? '' : path.slice(mark + 1)].filter((part) => part !== '').join('&');
  for (const segment of own.split('/')) {
    if (/^(\.|%2e){1,2}$/i.test(segment)) return refuse(`holds ${segment}, which leads to another object`);
  }
  const joined = `${base}${own === '' || own.startsWith('/') ? own : `/${own}`}`;
  const url = new URL(`${origin}${joined === '' ? '/' : joined}${query === '' ? '' : `?${query}`}`);
  return url.href;
}

function bad(vendor: string, problem: string, fix?: string): OncelyError {
  return new OncelyError('invalid_config', {
    message: `httpAdapter of ${vendor}: ${problem}.`,
    ...(fix === undefined ? {} : { fix }),
  });
}
