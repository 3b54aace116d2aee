/**
 * The process that a crash test kills: it runs one function of one module and reports every crash point it comes to.
 * @module
 */
import { writeSync } from 'node:fs';

import { reportDescriptor, type Report, type ReportedError, type WorkerOrders } from './protocol.ts';

const orders = JSON.parse(process.argv[2] ?? '{}') as WorkerOrders;

/** Synchronously: a report must be with the harness before the process can die. */
function report(line: Report): void {
  writeSync(reportDescriptor, `${JSON.stringify(line)}\n`);
}

let met = 0;

function onCrashPoint(point: string, slot: string): void {
  report({ kind: 'point', point, slot });
  const { at } = orders;
  if (at?.point !== point || (at.slot !== undefined && at.slot !== slot)) return;
  met += 1;
  // A signal to oneself is delivered before the call returns: not one statement more is run.
  if (met === (at.occurrence ?? 1)) process.kill(process.pid, at.signal);
}

function described(error: unknown): ReportedError {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { message, code, next } = error as Record<string, unknown>;
  return {
    message: typeof message === 'string' ? message : JSON.stringify(error),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof next === 'string' ? { next } : {}),
  };
}

async function run(): Promise<void> {
  const module = (await import(orders.module)) as Record<string, unknown>;
  const agent = orders.exports.map((name) => module[name]).find((value) => typeof value === 'function');
  if (!agent) throw new Error(`${orders.module} exports no function named ${orders.exports.join(' or ')}`);
  const acknowledge = (value: unknown): void => report({ kind: 'acknowledged', value });
  const value = await (agent as (...args: unknown[]) => unknown)(orders.argument, acknowledge);
  report({ kind: 'returned', value });
  onCrashPoint('returned', '');
}

(globalThis as Record<symbol, unknown>)[Symbol.for('@oncely/core/crash-point')] = onCrashPoint;
// The harness holds the other end; when it is gone, nobody would ever end this process.
process.stdin.on('end', () => process.exit(1)).resume();

run().then(
  () => process.exit(0),
  (error: unknown) => {
    report({ kind: 'threw', error: described(error) });
    process.exit(0);
  },
);
