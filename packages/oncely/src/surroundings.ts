import type { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** What the command needs of the world around it; the program gives the process's own, a test another. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Whether a person can be asked: it reads from, and complains to, a terminal. */
  readonly interactive: boolean;
  /** Who is logged in at this machine. */
  readonly user: () => string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Gives the line that was typed; empty where the input ended. */
  readonly ask: (question: string) => Promise<string>;
  /** Colours a text where it goes to a terminal that wants colours, else leaves it. */
  readonly paint: (style: Style, text: string) => string;
}
