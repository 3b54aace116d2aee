import { createHash } from 'node:crypto';

/** Values that HubSpot writes in its own way: numbers, times, lists in any order, addresses in lower case. */
export function sameValue(wanted: unknown, there: unknown): boolean {
  const [one, two] = [textOf(wanted), textOf(there)];
  if (one === two || one.toLowerCase() === two.toLowerCase()) return true;
  if (one === '' || two === '') return false;
  if (Number.isFinite(Number(one)) && Number(one) === Number(two)) return true;
  if (one.includes(';') && two.includes(';')) return listOf(one) === listOf(two);
  const [first, second] = [timeOf(one), timeOf(two)];
  return first !== undefined && first === second;
}

/** Values that are written alike, to the letter. */
export function sameText(wanted: unknown, there: unknown): boolean {
  return textOf(wanted) === textOf(there);
}

/**
 * Whether what stands there is what was asked for. HubSpot writes some values in its own way, so alike is enough where
 * they are not what stood there before; where nothing has changed only the very same is.
 */
export function isDone(before: string | undefined, now: string, alike: boolean, same: boolean): boolean {
  return same || (alike && now !== before);
}

/** Whether everything in `wanted` is in `there`, whatever else is. */
export function holds(there: unknown, wanted: unknown, equals: typeof sameValue = sameValue): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((each, index) => holds(there[index], each, equals))
    );
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof there !== 'object' || there === null) return false;
    return Object.entries(wanted).every(([name, each]) =>
      holds((there as Record<string, unknown>)[name], each, equals),
    );
  }
  return equals(wanted, there);
}

/** The parts of `there` that `like` speaks of, in an order of their own. */
export function partOf(there: unknown, like: unknown): unknown {
  if (typeof like !== 'object' || like === null || Array.isArray(like)) return there ?? null;
  if (typeof there !== 'object' || there === null) return there ?? null;
  return Object.fromEntries(
    Object.entries(like)
      .toSorted(([one], [two]) => (one < two ? -1 : 1))
      .map(([name, each]) => [name, partOf((there as Record<string, unknown>)[name], each)]),
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean).trim();
}

function listOf(text: string): string {
  return text
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .toSorted()
    .join(';');
}

/** Milliseconds, given as such or as a date; a plain number alone is none. */
function timeOf(text: string): number | undefined {
  if (/^\d{12,14}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** Stands for what was there: to be compared, and without keeping other people's data. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
