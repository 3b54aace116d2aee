import { afterAll, expect, it } from 'vitest';

import { code, fake, openHouse, sent } from './house.ts';
import { tries as requests } from './tries-requests.ts';
import { tries as frames } from './tries-frames.ts';
import { tries as people } from './tries-people.ts';

afterAll(() => fake.close());

const tries = { ...requests, ...frames, ...people };

it('there are at least 40', () => {
  expect(Object.keys(tries).length).toBeGreaterThanOrEqual(40);
});

/** The first of two, by another workflow, is no twin yet. */
const made: Readonly<Record<string, number>> = { 'the question of a twin knows no requester': 1 };

it.each(Object.entries(tries))('I5: no refund without consent: %s', async (name, attempt) => {
  const house = openHouse();
  await attempt(house);
  expect(sent(house.charge)).toBe(made[name] ?? 0);
});

it('what a DELETE is given in its query is judged and shown', async () => {
  const oncely = openHouse().start({
    approvals: { version: 1, operations: { 'stripe.subscriptions.cancel': { touches: ['invoice_now'] } } },
  });
  const scope = { businessId: 'sub_1', workflowId: 'desk' };
  const cancel = (): Promise<unknown> =>
    oncely.scope(scope, () =>
      oncely.effect('cancel', () => oncely.clients.stripe.subscriptions.cancel('sub_1', { invoice_now: true })),
    );
  expect(await code(cancel)).toBe('approval_required');
  expect((await oncely.effects.get('sub_1:desk:cancel'))?.approval?.preview).toMatchObject({ invoice_now: 'true' });
});
