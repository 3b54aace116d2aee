/** Headers that no ledger keeps; a function of the account is asked at each request, and may ask a token service. */
export type HttpHeaders =
  | Readonly<Record<string, string>>
  | ((account: string) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** @throws where they cannot be had, or not in time; nothing is sent then. */
export async function credentialsOf(
  headers: HttpHeaders | undefined,
  account: string,
  withinMs: number,
): Promise<Readonly<Record<string, string>>> {
  const given = typeof headers === 'function' ? headers(account) : headers;
  if (given === undefined) return {};
  const had = given instanceof Promise ? await soon(given, withinMs) : given;
  return Object.fromEntries(
    Object.entries(had)
      .filter(([, value]) => (value as unknown) !== undefined && (value as unknown) !== null)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

async function soon<T>(work: Promise<T>, withinMs: number): Promise<T> {
  if (!(withinMs > 0 && Number.isFinite(withinMs))) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the credentials were not there within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
