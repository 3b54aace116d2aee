/** What passes between a process under test and the harness: one JSON line each. */

/** Where a process is to end or stop itself: the `occurrence`th time (from 1) that it comes to `point`. */
export interface CrashAt {
  /** A crash point of core, or `returned`: the function has returned and the harness knows its result. */
  readonly point: string;
  /** Only in this slot; absent: in any. */
  readonly slot?: string;
  /** Default 1. */
  readonly occurrence?: number;
  /** `SIGKILL` ends the process, `SIGSTOP` freezes it until it is sent `SIGCONT`. */
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** What the worker is to run, one line each on its standard input. */
export interface WorkerOrders {
  /** What the reports on it are marked with. */
  readonly id: number;
  /** The address of the module to run. */
  readonly module: string;
  /** The names under which the function may be exported; the first that is there is called. */
  readonly exports: readonly string[];
  /** The function's argument. */
  readonly argument?: unknown;
  readonly at?: CrashAt;
  /** The process ends once this function has; else it lives on. */
  readonly last?: boolean;
}

/** An error as far as it can be told to another process. */
export interface ReportedError {
  readonly message: string;
  readonly code?: string;
  readonly next?: string;
}

export type Report =
  | { readonly kind: 'point'; readonly point: string; readonly slot: string }
  /** The function told, while it still ran, what it holds as done. */
  | { readonly kind: 'acknowledged'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'returned'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'threw'; readonly id: number; readonly error: ReportedError };

/** The descriptor that reports are written to: standard output belongs to the agent. */
export const reportDescriptor = 3;
