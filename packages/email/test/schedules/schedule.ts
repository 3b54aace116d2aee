import assert from 'node:assert/strict';

import { createOncely, isOncelyError, type Effect, type Oncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { startSmtpFake, type SmtpFake, type SmtpFault } from '@oncely/testing/fakes/smtp';
import { mortalLedger, type CommandFate } from '@oncely/testing/schedules/mortal-ledger';
import { seeded, weighted } from '@oncely/testing/schedules/seeded';
import { virtualTime } from '@oncely/testing/schedules/virtual-time';
import nodemailer from 'nodemailer';

import { oncelyEmail, type EmailOptions, type MailProbe } from '../../src/index.ts';
import { slot } from '../desk.ts';
import { traffic } from './traffic.ts';

const leaseMs = 60_000;
const hour = 3_600_000;
const landingBoundMs = 2_000;
/** Moments, a while, hours, and more than any key lasts. */
const pauses = [0, 0, leaseMs + 1, 2 * hour, 30 * hour];
const key = { header: 'X-Key', windowMs: 23 * hour };

export const kinds = ['stop', 'resend', 'keyed', 'probed', 'findable'] as const;
export type Kind = (typeof kinds)[number];

/** What a schedule did, for counting. */
export interface Explored {
  readonly kind: Kind;
  readonly pool: boolean;
  readonly requests: number;
  readonly deaths: number;
  readonly asked: boolean;
  readonly resent: number;
  readonly effects: number;
}

interface Process {
  readonly oncely: Oncely;
  /** Runs the one effect; `died` where the process did not live to tell. */
  readonly run: () => Promise<{ readonly value: unknown } | { readonly error: unknown } | 'died'>;
  readonly recover: () => Promise<void>;
}

/**
 * One seeded schedule: a mail sent with the real nodemailer by processes that die, on lines that fail, to a server that
 * fails at every moment of the conversation. Then all heals, a person answers what is stopped, and the server must have
 * accepted it exactly once; more often only where the caller chose to resend, as often as the audit says so.
 */
export async function explore(seed: number): Promise<Explored> {
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const kind = pick(kinds);
  const pool = random() < 0.4;
  const told = `seed ${seed}, ${kind}${pool ? ', pool' : ''}`;
  const { begin, end, quiet } = traffic();
  const time = virtualTime(quiet, () => fake.settled());
  const dedupe = kind === 'keyed' ? { dedupe: { header: key.header, windowMs: 24 * hour } } : {};
  const fake = await startSmtpFake({ now: time.now, ...dedupe });
  const open: { close(): void }[] = [];
  try {
    const ledger = memoryLedger({ now: time.now });
    let fates: readonly (readonly [number, CommandFate])[] = commandFates;
    let deaths = 0;
    const start = (): Process => {
      let die: () => void = () => undefined;
      const death = new Promise<'died'>((resolve) => {
        die = () => {
          deaths += 1;
          resolve('died');
        };
      });
      const oncely = createOncely({
        ledger: mortalLedger(ledger, () => weighted(random, fates), die),
        clients: {
          email: oncelyEmail(
            () => {
              const { host, port } = fake;
              const transporter = nodemailer.createTransport({ host, port, pool: pool as true, maxRequeues: 0 });
              open.push(transporter);
              const sendMail = transporter.sendMail.bind(transporter);
              return Object.assign(transporter, {
                sendMail: async (data: object) => {
                  begin();
                  return sendMail(data).finally(end);
                },
              });
            },
            optionsOf(kind, fake),
          ),
        },
        clock: time.clock,
        leaseMs,
        waitMs: 1_000 + Math.floor(random() * 20_000),
        maxAttempts: 1 + Math.floor(random() * 5),
        drainOnSigterm: false,
      });
      const work = (): Promise<unknown> =>
        oncely.scope({ businessId: 'invoice_1', workflowId: 'refund-desk' }, () =>
          oncely.effect('notify', kind === 'resend' ? { onDoubt: 'resend' } : {}, () =>
            oncely.clients.email.sendMail({
              from: 'desk@shop.example',
              to: 'ann@customer.example',
              subject: 'Refund',
              text: 'It is on its way.',
            }),
          ),
        );
      return {
        oncely,
        run: () =>
          Promise.race([
            death,
            work().then(
              (value) => ({ value }),
              (error: unknown) => ({ error }),
            ),
          ]),
        recover: async () => void (await Promise.race([death, oncely.recover().catch(() => undefined)])),
      };
    };
    // Looks at the record by a line that neither fails nor dies.
    const observer = createOncely({ ledger, clients: {}, clock: time.clock, drainOnSigterm: false });
    const resends = async (): Promise<number> => {
      if ((await observer.effects.get(slot)) === undefined) return 0;
      return (await observer.effects.history(slot)).filter(({ event }) => event['type'] === 'resend_chosen').length;
    };
    const atMost = async (): Promise<void> => {
      const chosen = await resends();
      assert.ok(chosen === 0 || kind === 'resend', told);
      assert.ok(fake.effects().length <= 1 + chosen, `${told}: ${fake.effects().length} mails, ${chosen} chosen`);
    };

    let acknowledged = false;
    for (let round = 1 + Math.floor(random() * 4); round > 0; round -= 1) {
      for (let count = Math.floor(random() * 4); count > 0; count -= 1) {
        fake.fail(pick(faults), { skip: Math.floor(random() * 2) });
      }
      const process = start();
      if (random() < 0.3) await process.recover();
      else {
        const outcome = await process.run();
        if (outcome !== 'died' && 'value' in outcome) acknowledged = true;
        if (outcome !== 'died' && 'error' in outcome) honest(outcome.error, told);
      }
      await atMost();
      await time.jump(pick(pauses));
    }

    fake.heal();
    fates = [[1, 'ok']];
    await time.jump(leaseMs + 1);
    const { asked, state } = await finish(start, fake, kind, told);
    await fake.settled();
    await atMost();
    const effects = fake.effects().length;
    if (state === 'rejected') assert.equal(effects, 0, `${told}: refused, and ${effects} mails`);
    else assert.ok(effects >= 1, `${told}: no mail`);
    if (acknowledged) assert.equal(state, 'succeeded', `${told}: acknowledged`);
    return { kind, pool, requests: fake.requests.length, deaths, asked, resent: await resends(), effects };
  } finally {
    for (const each of open) each.close();
    await fake.close();
  }
}

function optionsOf(kind: Kind, fake: SmtpFake): EmailOptions<'one'> {
  const find: MailProbe['find'] = async ({ messageId, marker }) => {
    const matches = fake.effects((effect) =>
      messageId === undefined ? effect.messageId.startsWith(`<${marker}@`) : effect.messageId === messageId,
    );
    return matches.length === 0 ? { kind: 'absent' } : { kind: 'found', times: matches.length };
  };
  switch (kind) {
    case 'stop':
    case 'resend':
      return { landingBoundMs };
    case 'keyed':
      return { landingBoundMs, provider: key };
    case 'probed':
      return { landingBoundMs, probe: { find, absenceIsProof: true } };
    case 'findable':
      return { landingBoundMs, probe: { find } };
  }
}

/** Runs it to its end in fresh processes; a person answers by what the server really accepted. */
async function finish(
  start: () => Process,
  fake: SmtpFake,
  kind: Kind,
  told: string,
): Promise<{ readonly asked: boolean; readonly state: Effect['state'] }> {
  let asked = false;
  let last: unknown;
  for (let round = 0; round < 20; round += 1) {
    const { oncely, recover, run } = start();
    if (round === 0) await recover();
    const outcome = await run();
    if (outcome === 'died') throw new Error(`${told}: nothing dies any more`);
    const recorded = (await oncely.effects.get(slot)) as Effect;
    if ('value' in outcome) {
      assert.equal(recorded.state, 'succeeded', told);
      if (kind !== 'resend') assert.equal(recorded.divergence, undefined, told);
      return { asked, state: recorded.state };
    }
    last = outcome.error;
    if (isOncelyError(last) && last.code === 'result_unavailable') return { asked, state: recorded.state };
    if (recorded.state === 'rejected') return { asked, state: 'rejected' };
    if (isOncelyError(last) && last.code === 'stopped') {
      assert.notEqual(kind, 'probed', `${told} stopped: ${recorded.stopped}`);
      asked = true;
      await fake.settled();
      const vendorId = fake.effects()[0]?.messageId;
      await oncely.effects.resolve(slot, { happened: vendorId === undefined ? false : { vendorId } }, { by: 'ann' });
    }
  }
  throw new Error(`${told}: it does not come to an end`, { cause: last });
}

/** An error that a caller may get while things fail: ours, or nodemailer's own for what the server said. */
function honest(error: unknown, told: string): void {
  if (isOncelyError(error)) return;
  assert.ok((error as { responseCode?: number }).responseCode !== undefined, `${told}: ${String(error)}`);
}

const commandFates: readonly (readonly [number, CommandFate])[] = [
  [0.84, 'ok'],
  [0.03, 'lost_before'],
  [0.03, 'lost_after'],
  [0.05, 'dies_before'],
  [0.05, 'dies_after'],
];

const drop = (at: Extract<SmtpFault, { kind: 'drop' }>['at']): SmtpFault => ({ kind: 'drop', at });

/** Those behind the first byte more often, as all doubt is there. */
const faults: readonly SmtpFault[] = [
  ...(['connect', 'greeting', 'ehlo', 'mail', 'rcpt', 'data'] as const).map(drop),
  ...(['body', 'body', 'after_dot', 'after_dot', 'after_dot'] as const).map(drop),
  { kind: 'late_landing', ms: 2 },
  { kind: 'late_landing', ms: 8 },
  { kind: 'reject', at: 'rcpt', code: 450 },
  { kind: 'reject', at: 'rcpt', code: 550 },
  { kind: 'reject', at: 'after_dot', code: 421 },
  { kind: 'reject', at: 'after_dot', code: 451 },
  { kind: 'reject', at: 'after_dot', code: 554 },
];
