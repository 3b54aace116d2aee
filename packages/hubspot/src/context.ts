import type { WireResponse } from '@oncely/core';

/** What the SDK is about to send, as far as we need it; every version since 12 has it. */
export interface RequestContextLike {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
  getAgent(): unknown;
}

/** What the SDK reads of an answer, and hands to the `post` of each middleware. */
export interface ResponseContextLike {
  httpStatusCode: number;
  headers: Record<string, string>;
  body: { text(): Promise<string>; binary(): Promise<Buffer> };
}

/** The SDK's stub of an observable: a promise with another face. */
export interface ObservableLike<T> {
  toPromise(): Promise<T>;
  pipe<R>(next: (value: T) => R | Promise<R>): ObservableLike<R>;
}

export function observable<T>(promise: Promise<T>): ObservableLike<T> {
  return { toPromise: () => promise, pipe: (next) => observable(promise.then(next)) };
}

/** An answer of ours in the shape of the SDK's own. */
export function responseContext(response: WireResponse): ResponseContextLike {
  return new ResponseContext(response.status, { ...response.headers }, response.body);
}

class ResponseContext implements ResponseContextLike {
  httpStatusCode: number;
  headers: Record<string, string>;
  body: ResponseContextLike['body'];

  constructor(status: number, headers: Record<string, string>, text: string) {
    this.httpStatusCode = status;
    this.headers = headers;
    this.body = { text: async () => text, binary: async () => Buffer.from(text, 'utf8') };
  }

  getParsedHeader(name: string): Record<string, string> {
    const [first = '', ...more] = (this.headers[name] ?? '').split(';');
    const parsed: Record<string, string> = first === '' ? {} : { '': first.trim().toLowerCase() };
    for (const each of more) {
      const at = each.indexOf('=');
      if (at > 0)
        parsed[each.slice(0, at).trim().toLowerCase()] = each
          .slice(at + 1)
          .replaceAll('"', '')
          .trim();
    }
    return parsed;
  }

  async getBodyAsFile(): Promise<{ data: Buffer; name: string }> {
    return { data: await this.body.binary(), name: this.getParsedHeader('content-disposition')['filename'] ?? '' };
  }

  getBodyAsAny(): Promise<string> {
    return this.body.text();
  }
}
