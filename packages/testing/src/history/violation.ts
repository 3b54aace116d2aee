import type { HistoryEvent } from './event.ts';
import { workflowOf } from './register.ts';

export interface Violation {
  readonly rule:
    | 'written twice'
    | 'wrong revision'
    | 'conflict without cause'
    | 'two documents'
    | 'never written'
    | 'stale'
    | 'time went back'
    | 'stored while held'
    | 'stored under an old epoch'
    | 'sent without a claim'
    | 'sent with a lost token'
    | 'sent twice'
    | 'sent too late'
    | 'attempt vanished'
    | 'attempt changed'
    | 'doubt vanished'
    | 'evidence forgotten'
    | 'told without proof'
    | 'double effect'
    | 'effect without a send'
    | 'denied effect'
    | 'invented effect';
  /** The slot or workflow that it is about. */
  readonly subject: string;
  /** When it shows, in nanoseconds of CLOCK_MONOTONIC. */
  readonly time: number;
  readonly what: string;
}

/** The part of a history that a violation is about, for people: the events of its slot or workflow, times in ms. */
export function sliceOf(history: readonly HistoryEvent[], { subject, time }: Violation, limit = 60): string {
  const calls = new Set<string>();
  const markers = new Set(
    history.flatMap((event) => (event.kind === 'marked' && event.slot === subject ? [event.marker] : [])),
  );
  const about = history.filter((event) => {
    if (event.kind === 'probed') return markers.has(event.marker);
    if ('slot' in event) return event.slot === subject;
    if (event.kind === 'call') {
      const { command } = event;
      const slot = 'slot' in command ? command.slot : undefined;
      const workflow = 'workflow' in command ? command.workflow : undefined;
      // A slot's own calls, and those that hold and release it.
      const own = slot === subject || workflow === subject || workflow === workflowOf(subject);
      if (own) calls.add(`${event.process} ${event.call}`);
      return own;
    }
    return 'call' in event && calls.has(`${event.process} ${event.call}`);
  });
  const last = about.findLastIndex((event) => event.time <= time);
  const shown = about.slice(Math.max(0, last - limit), last + 10);
  const from = shown[0]?.time ?? 0;
  return shown
    .map(
      ({ process, time: at, ...rest }) =>
        `${((at - from) / 1e6).toFixed(3).padStart(10)} ${process} ${JSON.stringify(rest)}`,
    )
    .join('\n');
}
