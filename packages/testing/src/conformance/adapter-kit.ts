import assert from 'node:assert/strict';

import { isOncelyError, type Ledger, type Oncely, type OncelyError, type SafetyClass } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';

import type { Fault } from '../fakes/faults.ts';

/** How the next write of the operation goes wrong. A vendor's fake need not know all of them. */
export type AdapterFault =
  /** The whole request arrives, nothing happens, no answer. */
  | 'lost_before_effect'
  /** The effect happens, no answer. */
  | 'lost_after_effect'
  /** The vendor's own refusal of too many requests, which asks to wait a moment; no effect. */
  | 'rate_limited'
  /** A gateway's 429, after the effect. */
  | 'gateway_429'
  /** A gateway's 502, after the effect. */
  | 'gateway_502'
  /** The effect happens, half of the answer arrives. */
  | 'truncated'
  /** The effect happens, the answer is a 200 that is no answer of the vendor. */
  | 'not_json';

/** `usual` is the same input each time, `changed` differs in substance, `refused` is one that the vendor rejects. */
export type AdapterInput = 'usual' | 'changed' | 'refused';

export interface AdapterSettings {
  readonly leaseMs: number;
  readonly waitMs: number;
  readonly maxAttempts: number;
  readonly landingBoundMs: number;
}

/** One process: an oncely with the adapter under test. Build it with `drainOnSigterm: false`. */
export interface AdapterProcess {
  readonly oncely: Oncely;
  /** One call of the vendor's SDK, in whatever scope it is called in. */
  readonly write: (input: AdapterInput) => Promise<unknown>;
  /** One call that changes nothing at the vendor. */
  readonly read: () => Promise<unknown>;
}

/** A started vendor, used by one case. */
export interface AdapterBench {
  fail(fault: AdapterFault): void;
  /** Whether connections are refused. */
  refuse(refused: boolean): Promise<void>;
  /** Whether look-ups fail. For `constrained`, where the vendor's constraint arbitrates: its doubt is looked up at once. */
  blind?(blind: boolean): void;
  /** How many effects of the operation really happened. */
  effects(): number;
  /** How many requests for the operation arrived whole. */
  sent(): number;
  /** Throws unless the result of a `usual` write names the effect that happened. */
  verify(result: unknown): void;
  start(ledger: Ledger, settings: AdapterSettings): AdapterProcess;
  close(): Promise<void>;
}

/** One operation of an adapter, on the adapter's fake. */
export interface AdapterKit {
  /** `stripe.refunds.create`. */
  readonly operation: string;
  readonly safety: SafetyClass['kind'];
  /** A keyed one that is looked for before it is sent again, and that a look shows. */
  readonly looksFirst?: boolean;
  readonly faults: readonly AdapterFault[];
  /** The credential that every process of this kit uses, recognisable and at least 16 characters. */
  readonly secret: string;
  /** The top-level parameter by which `changed` differs, and its value there. */
  readonly changed: { readonly field: string; readonly value: string };
  open(): Promise<AdapterBench>;
}

export interface AdapterCase {
  readonly name: string;
  /** Whether the kit's safety class and fake allow the case. */
  readonly suits: (kit: AdapterKit) => boolean;
  /** Rejects where the adapter fails. */
  readonly run: (kit: AdapterKit) => Promise<void>;
}

/** The same fault in the words of our HTTP fakes. */
export function httpFaultOf(fault: AdapterFault): Fault {
  switch (fault) {
    case 'lost_before_effect':
      return { kind: 'reset_before_effect' };
    case 'lost_after_effect':
      return { kind: 'reset_after_effect' };
    case 'rate_limited':
      return { kind: 'rate_limited', retryAfterS: 0.05 };
    case 'gateway_429':
    case 'gateway_502':
      return { kind: fault, after: 'after_effect' };
    case 'truncated':
      return { kind: 'truncate' };
    case 'not_json':
      return { kind: 'not_json' };
  }
}

/** All faults, in which every HTTP fake of ours can fail. */
export const httpFaults: readonly AdapterFault[] = [
  'lost_before_effect',
  'lost_after_effect',
  'rate_limited',
  'gateway_429',
  'gateway_502',
  'truncated',
  'not_json',
];

/** A bench with a ledger, and the one effect that most cases are about. */
export interface Stage {
  readonly kit: AdapterKit;
  readonly bench: AdapterBench;
  readonly ledger: Ledger;
  /** A fresh process on the stage's ledger. */
  readonly process: (settings?: Partial<AdapterSettings>) => AdapterProcess;
  /** The effect: named `write`, in a case of its own where `businessId` says so. */
  readonly perform: (by: AdapterProcess, input?: AdapterInput, businessId?: string) => Promise<unknown>;
  /** How many attempts the ledger holds of the effect. */
  readonly attempts: (by: AdapterProcess) => Promise<number>;
}

const usualSettings: AdapterSettings = { leaseMs: 4_000, waitMs: 8_000, maxAttempts: 5, landingBoundMs: 40 };

/** Runs `play` on a vendor of its own and closes it. */
export async function onStage(kit: AdapterKit, play: (stage: Stage) => Promise<void>): Promise<void> {
  const bench = await kit.open();
  const ledger = memoryLedger();
  try {
    await play({
      kit,
      bench,
      ledger,
      process: (settings) => bench.start(ledger, { ...usualSettings, ...settings }),
      perform: ({ oncely, write }, input = 'usual', businessId = 'case_1') =>
        oncely.scope({ businessId, workflowId: 'conformance' }, () => oncely.effect('write', () => write(input))),
      attempts: async ({ oncely }) => (await oncely.effects.get('case_1:conformance:write'))?.attempts.length ?? 0,
    });
  } finally {
    await bench.close();
  }
}

/** The error that a call ended with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const result = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in result) return result.error;
  throw new assert.AssertionError({ message: `the call should have failed and gave ${JSON.stringify(result.value)}` });
}

/** The error of ours that a call ended with, by its code. */
export async function refusalOf(call: Promise<unknown>, code: OncelyError['code']): Promise<OncelyError> {
  const error = await failureOf(call);
  assert.ok(isOncelyError(error), `expected an OncelyError ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}
