/**
 * The pause that an answer asks for by `retry-after`, in milliseconds: seconds, or an HTTP date, which is counted from
 * the answer's own `date` so that no difference of clocks counts. A date that has passed is 0; anything else is nothing.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string | undefined>>,
  now: () => number = Date.now,
): number | undefined {
  const given = headers['retry-after']?.trim();
  if (given === undefined || given === '') return undefined;
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(given)) return Math.ceil(Number(given) * 1_000);
  // Whatever Date.parse makes of other texts, an HTTP date begins with a day and names its month.
  if (!/^[A-Za-z]{3,9},? .{1,40}$/.test(given)) return undefined;
  const until = Date.parse(given);
  if (Number.isNaN(until)) return undefined;
  const at = Date.parse(headers['date'] ?? '');
  return Math.max(0, until - (Number.isNaN(at) ? now() : at));
}
