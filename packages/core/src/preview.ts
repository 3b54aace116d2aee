import type { Adapter, Said, WriteToSay } from './adapter.ts';
import { generally, clipped } from './adapter-kit/saying.ts';
import { OncelyError } from './errors.ts';
import { toJson } from './fingerprint.ts';

/**
 * What a person is shown of a write: `$summary`, the adapter's words; all that it is given, long texts by their first
 * lines; `$written`, which of that is text that a model may have written; `$changed`, what differs from before.
 */
export type Preview = Readonly<Record<string, unknown>>;

export function previewOf(
  adapter: Pick<Adapter, 'say'>,
  { operation, account }: Omit<WriteToSay, 'parameters'>,
  input: unknown,
  redact: (parameters: unknown) => unknown,
  own?: () => unknown,
): Preview {
  const parameters = redacted(input, redact);
  const write: WriteToSay = { operation, parameters, account };
  const said = saidBy(adapter, write);
  const chosen = own && redacted(toJson(own(), 'the preview'), redact);
  const facts = chosen && Object.keys(chosen).length > 0 ? chosen : { ...parameters, ...said.shown };
  const texts = (said.texts ?? []).filter((name) => typeof facts[name] === 'string');
  return {
    $summary: said.summary,
    ...(texts.length === 0 ? {} : { $written: texts }),
    ...(clipped(facts) as Preview),
  };
}

/** An adapter's words, or all that is given where it has none, or fails over what it did not foresee. */
function saidBy(adapter: Pick<Adapter, 'say'>, write: WriteToSay): Said {
  try {
    const said = adapter.say?.(write);
    if (said && said.summary.trim() !== '') return { ...said, summary: oneLine(said.summary) };
  } catch (error) {
    if (error instanceof OncelyError) throw error;
  }
  return { summary: oneLine(generally(write)) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ').trim();
}

function redacted(input: unknown, redact: (parameters: unknown) => unknown): Readonly<Record<string, unknown>> {
  const shown = redact(input);
  const isNamed = typeof shown === 'object' && shown !== null && !Array.isArray(shown);
  return isNamed ? (shown as Record<string, unknown>) : { $input: shown ?? null };
}

/** With what differs from what was shown before, by value where that is still known, else by name. */
export function withDifference(shown: unknown, before: string | undefined, changed: readonly string[] = []): unknown {
  if (typeof shown !== 'object' || shown === null) return shown;
  const now = shown as Preview;
  const then = before === undefined ? undefined : (JSON.parse(before) as Preview);
  if (then === undefined && changed.length === 0) return shown;
  const names = then === undefined ? changed : [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const difference = names
    .filter((name) => !/^\$(summary|written|changed)$/.test(name))
    .filter((name) => then === undefined || JSON.stringify(then[name]) !== JSON.stringify(now[name]))
    .map((name) => [
      name,
      then === undefined ? { now: now[name] ?? null } : { before: then[name] ?? null, now: now[name] ?? null },
    ]);
  return difference.length === 0 ? shown : { ...now, $changed: Object.fromEntries(difference) as unknown };
}
