import type { ApprovalAnswer, ApprovalLedger } from '@oncely/agents/approvals';
import { createOncely, type Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import type { Tool } from '@oncely/core/tools';
import { oncelyStripe } from '@oncely/stripe';
import { stripeTools } from '@oncely/stripe/tools';
import { startStripeFake, type StripeFake } from '@oncely/testing/fakes/stripe';
import Stripe from 'stripe';

/** A refund that a mock model asks for, under a call id that it minted. */
export interface Call {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a mock model writes in one run: calls, a response each list; then it says that it is done. */
export type Script = readonly (readonly Call[])[];

/** A framework with its own mock model: runs an agent with one tool through a script, to the end or to a throw. */
export interface Framework {
  readonly name: string;
  /** The packages and their versions that this was run with. */
  readonly packages: readonly string[];
  run(tool: Tool, script: Script): Promise<unknown>;
  /** How a run waits for a person, and goes on from what the framework keeps; without it, the run is begun anew. */
  readonly saved?: Saved;
}

/** One agent's tool in a process of its own. */
export interface Desk {
  readonly tool: Tool;
  /** Ours: where approvals stand. Absent for the raw tool, which is guarded by what the framework has. */
  readonly effects?: ApprovalLedger;
}

/** A framework's own memory of a run, as far as it has one. */
export interface Saved {
  /** Runs the agent until it waits for a person; gives what the framework keeps, as data. */
  begin(desk: Desk, script: Script): Promise<unknown>;
  /**
   * Goes on from there with a person's answer to what they were shown; without one it was given elsewhere. `keep` is told
   * what the framework keeps then.
   */
  resume(
    desk: Desk,
    state: unknown,
    answer: ApprovalAnswer | undefined,
    keep?: (state: unknown) => void,
  ): Promise<unknown>;
}

export const toolName = 'stripe_refund_partial';

/** A vendor, and agents over it: with our tool, or with a raw one of the same name and schema. */
export interface World {
  readonly fake: StripeFake;
  readonly refunds: () => number;
  /** Runs `fn` with the tool as a fresh program would have it. */
  readonly withTool: <T>(kind: 'raw' | 'ours', fn: (tool: Tool) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

export async function startWorld(): Promise<World> {
  const fake = await startStripeFake();
  fake.seedCharge({ id: 'ch_1', amount: 50_000, currency: 'usd' });
  const ledger = memoryLedger();
  return {
    fake,
    refunds: () => fake.effects('refunds.create').length,
    withTool: (kind, fn) => (kind === 'ours' ? withOurs(fake, ledger, fn) : fn(rawTool(fake))),
    close: () => fake.close(),
  };
}

/** Where a fake listens. */
export type Place = Pick<StripeFake, 'host' | 'port'>;

/** The configuration of a client of the fake. */
export const address = ({ host, port }: Place): Stripe.StripeConfig => ({
  host,
  port,
  protocol: 'http',
  telemetry: false,
});

function withOurs<T>(fake: StripeFake, ledger: Ledger, fn: (tool: Tool) => Promise<T>): Promise<T> {
  const oncely = createOncely({
    ledger,
    clients: {
      stripe: oncelyStripe((config) => new Stripe('sk_test_1', { ...address(fake), ...config }), {
        landingBoundMs: 40,
      }),
    },
    drainOnSigterm: false,
  });
  const [tool] = stripeTools(oncely.clients.stripe, { allow: [toolName] });
  return oncely.scope({ businessId: 'invoice_98342', workflowId: 'refund-desk' }, () => fn(tool as Tool));
}

/** The tool as one writes it by hand: the same schema, and the vendor's client without us. */
export function rawTool(fake: Place): Tool {
  const stripe = new Stripe('sk_test_1', { ...address(fake), maxNetworkRetries: 0 });
  const [ours] = stripeTools(stripe, { allow: [toolName] });
  return {
    ...(ours as Tool),
    execute: async (raw) => {
      const { payment, amount } = raw as { payment: string; amount: number };
      const { id } = await stripe.refunds.create({ charge: payment, amount });
      return { status: 'succeeded', text: `Refunded (${id}).`, id } as Awaited<ReturnType<Tool['execute']>>;
    },
  };
}
