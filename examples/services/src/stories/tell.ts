import { approvalText, isOncelyError } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { once } from 'node:events';
import { join } from 'node:path';

import { startChild } from '../plays/killed-child.ts';
import { withVendors } from '../plays/with-vendors.ts';
import { openShop, type Shop } from '../shop.ts';
import { stories } from './all-stories.ts';
import type { Approval } from './killed-approver.ts';
import { requester } from './story.ts';

const slot = 'case_7:desk:write';

/** What was counted at the vendor at each stage, and how it went. */
export interface Told {
  readonly asked: number;
  readonly afterOutsiders: number;
  readonly approved: number;
  readonly done: number;
  readonly afterLimit: number;
  readonly refusals: readonly string[];
  readonly preview: string;
  readonly killedBy?: NodeJS.Signals | null;
}

const codeOf = (error: unknown): string => (isOncelyError(error) ? error.code : String(error));

/** Asks, lets the wrong people try, decides elsewhere, and runs twice more at once. */
export const tell = (name: string): Promise<Told> =>
  withVendors(async (vendors) => {
    const story = stories[name];
    if (story === undefined) throw new Error(`no story is named ${name}`);
    const file = join(vendors.folder, 'effects.db');
    const { at } = vendors;
    const { approvals, limits = [] } = story;
    const open = (): Shop => openShop({ ledger: sqliteLedger(file), at, approvals, limits, landingBoundMs: 0 });
    const run = ({ oncely, ...clients }: Shop): Promise<unknown> =>
      oncely.scope({ businessId: 'case_7', workflowId: 'desk', requestedBy: requester }, () =>
        oncely.effect('write', () => story.write({ oncely, ...clients })),
      );
    const agent = open();
    const desk = open();
    const refusals: string[] = [];
    const refused = (what: Promise<unknown>): Promise<unknown> =>
      what.then(
        () => refusals.push('none'),
        (error: unknown) => refusals.push(codeOf(error)),
      );

    await refused(run(agent));
    const asked = story.done(vendors);
    const waiting = await desk.oncely.effects.get(slot);
    if (waiting === undefined) throw new Error('nothing waits for a person');
    const preview = approvalText(waiting);
    const fingerprint = waiting.approval?.fingerprint ?? '';
    for (const by of story.outsiders) {
      await refused(desk.oncely.effects.approve(slot, { by, fingerprint, perform: true }));
    }
    const afterOutsiders = story.done(vendors);

    let killedBy: NodeJS.Signals | null | undefined;
    for (const [index, by] of story.approvers.entries()) {
      if (story.killed !== true || index < story.approvers.length - 1) {
        await desk.oncely.effects.approve(slot, { by, fingerprint });
        // One of several is not enough.
        if (index < story.approvers.length - 1) await refused(run(agent));
        continue;
      }
      const approval: Approval = { name, file, at, slot, by, fingerprint };
      const [, signal] = await once(startChild('../stories/killed-approver.ts', approval), 'exit');
      killedBy = signal as NodeJS.Signals | null;
    }
    const approved = story.done(vendors);

    await Promise.all([run(agent), run(desk)]);
    await run(agent);
    const done = story.done(vendors);
    // What the limit leaves no room for, though everybody approves it.
    if (story.limits !== undefined) {
      const more = (): Promise<unknown> =>
        agent.oncely.scope({ businessId: 'case_7', workflowId: 'desk', requestedBy: requester }, () =>
          agent.oncely.effect('more', () => (story.beyond ?? story.write)(agent)),
        );
      await more().catch(() => undefined);
      const key = 'case_7:desk:more';
      const asks = (await desk.oncely.effects.get(key))?.approval?.fingerprint;
      if (asks !== undefined) {
        for (const by of story.approvers) await desk.oncely.effects.approve(key, { by, fingerprint: asks });
      }
      await refused(more());
    }
    const afterLimit = story.done(vendors);
    for (const { oncely } of [agent, desk]) await oncely.close();
    return {
      asked,
      afterOutsiders,
      approved,
      done,
      afterLimit,
      refusals,
      preview,
      ...(killedBy === undefined ? {} : { killedBy }),
    };
  });
