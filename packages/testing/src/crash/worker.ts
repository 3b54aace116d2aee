/**
 * The process that a crash test kills: it runs functions and reports every crash point that they come to.
 * @module
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { reportDescriptor, type CrashAt, type Report, type ReportedError, type WorkerOrders } from './protocol.ts';

/** Synchronously: a report must be with the harness before the process can die. */
function report(line: Report): void {
  writeSync(reportDescriptor, `${JSON.stringify(line)}\n`);
}

let at: CrashAt | undefined;
let met = 0;

function onCrashPoint(point: string, slot: string): void {
  report({ kind: 'point', point, slot });
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

async function run(orders: WorkerOrders): Promise<void> {
  const { id } = orders;
  if (orders.at) at = orders.at;
  const module = (await import(orders.module)) as Record<string, unknown>;
  const agent = orders.exports.map((name) => module[name]).find((value) => typeof value === 'function');
  if (!agent) throw new Error(`${orders.module} exports no function named ${orders.exports.join(' or ')}`);
  const acknowledge = (value: unknown): void => report({ kind: 'acknowledged', id, value });
  const value = await (agent as (...args: unknown[]) => unknown)(orders.argument, acknowledge);
  report({ kind: 'returned', id, value });
  onCrashPoint('returned', '');
}

(globalThis as Record<symbol, unknown>)[Symbol.for('@oncely/core/crash-point')] = onCrashPoint;

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const orders = JSON.parse(line) as WorkerOrders;
    void run(orders)
      .catch((error: unknown) => report({ kind: 'threw', id: orders.id, error: described(error) }))
      .then(() => orders.last === true && process.exit(0));
  })
  // The harness holds the other end; when it is gone, nobody would ever end this process.
  .on('close', () => process.exit(0));
