import type { ResponseContextLike } from './context.ts';

type Hears = (answer: unknown) => void;

/** Lets somebody hear what a read is answered with a yes; the SDK is given the same text. */
export async function heard(answer: ResponseContextLike, hears: Hears): Promise<ResponseContextLike> {
  const { httpStatusCode: status, headers, body } = answer;
  const isJson = /\bjson\b/i.test(headers['content-type'] ?? '');
  if (status < 200 || status > 299 || !isJson) return answer;
  const text = await body.text();
  hear(text, hears);
  const same = { text: async () => text, binary: async () => Buffer.from(text) };
  return Object.create(answer, { body: { value: same, enumerable: true } }) as ResponseContextLike;
}

/** The same for `apiRequest`, which gives what `fetch` does. */
export async function heardRaw(response: Response, hears: Hears): Promise<Response> {
  if (response.ok) hear(await response.clone().text(), hears);
  return response;
}

function hear(text: string, hears: Hears): void {
  try {
    hears(JSON.parse(text));
  } catch {
    // It is no JSON, so it says nothing.
  }
}
