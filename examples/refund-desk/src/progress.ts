/** How far a run is: one line that is drawn again and again on a terminal, a few plain lines elsewhere. */
import { styleText } from 'node:util';

import type { Desk } from './desk.ts';

export interface Progress {
  watch(desk: Desk): void;
  /** Prints a line of its own. */
  say(line: string): void;
  /** Draws the end and leaves it there. */
  end(): void;
}

const frameMs = 100;
const plainSteps = 4;
const barWidth = 30;

export function showProgress(label: string, total: number): Progress {
  const isTerminal = process.stdout.isTTY;
  const startedAt = performance.now();
  let desk: Desk | undefined;
  let printed = 0;

  const line = (): string => {
    const done = desk?.acknowledged().size ?? 0;
    const filled = Math.floor((done / total) * barWidth);
    const bar = isTerminal ? `${styleText('cyan', '█'.repeat(filled))}${'░'.repeat(barWidth - filled)}  ` : '';
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    const cases = `${String(done).padStart(String(total).length)}/${total} cases`;
    return `${label.padEnd(16)}  ${bar}${cases}  ${String(desk?.kills() ?? 0).padStart(2)} workers killed  ${seconds.padStart(4)} s`;
  };
  const draw = (): void => {
    if (isTerminal) {
      process.stdout.write(`\r\u001B[K${line()}`);
      return;
    }
    const step = Math.floor(((desk?.acknowledged().size ?? 0) / total) * plainSteps);
    if (step <= printed || step === plainSteps) return;
    printed = step;
    console.log(line());
  };
  const timer = setInterval(draw, frameMs);

  return {
    watch: (watched) => {
      desk = watched;
    },
    say: (text) => {
      if (isTerminal) process.stdout.write('\r\u001B[K');
      console.log(`${' '.repeat(18)}${text}`);
    },
    end: () => {
      clearInterval(timer);
      if (isTerminal) process.stdout.write('\r\u001B[K');
      console.log(line());
    },
  };
}
