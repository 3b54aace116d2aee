import type { Ledger } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import { describe, expect, it } from 'vitest';

import { slotOf, workflowKeyOf } from '../../src/contract.ts';
import { declined, openShop, type Shop, type TestOncely } from './vendor.ts';

const [nfc, nfd] = ['NFC', 'NFD'] as const;
type Form = typeof nfc | typeof nfd;

const scopeIn = (form: Form): { tenant: string; businessId: string; workflowId: string } => ({
  tenant: 'Zoë'.normalize(form),
  businessId: 'café_7'.normalize(form),
  workflowId: 'Rückgabe'.normalize(form),
});

function run(oncely: TestOncely, form: Form): Promise<string> {
  const of = (text: string): string => text.normalize(form);
  return oncely.scope(scopeIn(form), async () => {
    await oncely.effect(of('prüfen'), () => oncely.clients.shop.write('refund', {}));
    await oncely.effect(of('prüfen'), { occurrence: 2 }, () => oncely.clients.shop.write('refund', {}));
    await oncely.clients.shop.write('note', {}, of('é'));
    await oncely.clients.shop.write('mail', {});
    return oncely.value(of('Größe'), () => form);
  });
}

const ids = ['Zoë', 'café_7', 'Rückgabe', 'prüfen', 'é', 'Größe'].map((id) => id.normalize(nfc));

/** Whatever it holds, with all ids in the other form. */
function inForm<T>(value: T, form: Form): T {
  let text = JSON.stringify(value);
  for (const id of ids) {
    const other = id.normalize(form === nfc ? nfd : nfc);
    text = text.replaceAll(other, id.normalize(form));
    text = text.replaceAll(encodeURIComponent(other), encodeURIComponent(id.normalize(form)));
  }
  return JSON.parse(text) as T;
}

/** The ledger as an earlier version used it, which kept ids as they were given: here, decomposed. */
function usedByFormer(ledger: Ledger): Ledger {
  return {
    ...ledger,
    read: async (slot) => inForm(await ledger.read(inForm(slot, nfd)), nfc),
    write: async (command) => inForm(await ledger.write(inForm(command, nfd)), nfc),
  };
}

async function upgraded(before: (shop: Shop) => Promise<unknown>): Promise<{ shop: Shop; made: number }> {
  const ledger = memoryLedger();
  const earlier = openShop(usedByFormer(ledger));
  await before(earlier);
  return { shop: openShop(ledger), made: earlier.vendor.happened.length };
}

describe('what an earlier version recorded under ids in another Unicode form', () => {
  it('is found there, and nothing is made once more', async () => {
    const { shop, made } = await upgraded((earlier) => run(earlier.start(), nfc));
    expect(made).toBe(4);
    for (let runs = 0; runs < 2; runs += 1) {
      expect(await run(shop.start(), nfd)).toBe(nfc);
    }
    expect(shop.vendor.happened).toHaveLength(0);
    const effect = { ...scopeIn(nfd), stepId: 'prüfen'.normalize(nfd), logicVersion: 1 };
    const oncely = shop.start();
    expect(await oncely.effects.get(effect)).toMatchObject({ slot: slotOf(effect), state: 'succeeded' });
    expect((await oncely.audit.timeline(scopeIn(nfc))).effects).toHaveLength(4);
  });

  it('and was open goes on under its own key', async () => {
    const { shop } = await upgraded(async (earlier) => {
      earlier.vendor.script.push(declined);
      await expect(run(earlier.start(), nfc)).rejects.toThrow('declined');
    });
    await expect(run(shop.start(), nfd)).rejects.toMatchObject({ oncely: { replayed: true } });
    expect(shop.vendor.sends).toBe(0);
  });

  it('is held with its workflow, in whichever form that is named', async () => {
    for (const pausedIn of [nfc, nfd]) {
      const { shop } = await upgraded(async (earlier) => {
        earlier.vendor.script.push(() => ({ evidence: 'not_applied', reason: 'never connected' }));
        await run(earlier.start({ maxAttempts: 1 }), nfc).catch(() => {});
      });
      const oncely = shop.start();
      await oncely.workflows.pause(scopeIn(pausedIn), { by: 'ada' });
      for (const form of [nfc, nfd]) {
        await expect(run(oncely, form)).rejects.toMatchObject({ code: 'workflow_held' });
        expect(await oncely.workflows.state(scopeIn(form))).toBe('paused');
      }
      expect(shop.vendor.sends).toBe(0);
      await oncely.workflows.resume(scopeIn(pausedIn), { by: 'ada' });
      await run(oncely, nfd);
      expect(shop.vendor.happened).toHaveLength(4);
    }
  });

  it('holds what is new too, where its workflow was paused so', async () => {
    const shop = openShop();
    const oncely = shop.start();
    await shop.ledger.open();
    const workflow = workflowKeyOf(scopeIn(nfd));
    await shop.ledger.writeWorkflow({ workflow, expect: 0, state: 'paused', doc: '{"by":"ada"}' });
    await expect(run(oncely, nfd)).rejects.toMatchObject({ code: 'workflow_held' });
    await oncely.workflows.resume(scopeIn(nfd), { by: 'ada' });
    await run(oncely, nfd);
    await run(oncely, nfc);
    expect(shop.vendor.happened).toHaveLength(4);
  });

  it('costs those whose ids are in NFC no round trip', async () => {
    const ledger = memoryLedger();
    let reads = 0;
    const shop = openShop({
      ...ledger,
      read: (slot) => {
        reads += 1;
        return ledger.read(slot);
      },
    });
    const oncely = shop.start();
    await oncely.scope(scopeIn(nfc), () => oncely.effect('prüfen', () => oncely.clients.shop.write('refund', {})));
    const usual = reads;
    await oncely.scope({ businessId: 'a', workflowId: 'b' }, () =>
      oncely.effect('c', () => oncely.clients.shop.write('refund', {})),
    );
    expect(reads - usual).toBe(0);
    expect(usual).toBeLessThanOrEqual(1);
  });
});
