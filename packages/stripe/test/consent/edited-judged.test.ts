import { expect, it } from 'vitest';

import { code, openHouse, sent, type Desk, type House } from './house.ts';

const name = 'stripe.refunds.create';
const wide = 'stripe.refunds.*';
const editable = { amount: true } as const;
const refund = (oncely: Desk, { charge, scope }: House) =>
  code(() =>
    oncely.scope(scope, () =>
      oncely.effect('refund', () => oncely.clients.stripe.refunds.create({ charge, amount: 100 })),
    ),
  );
const edit = async (oncely: Desk, house: House, by = 'ann', perform = true) => {
  const fingerprint = await house.fingerprint(oncely);
  const set = { amount: 900_00 };
  return code(() => oncely.effects.approve(house.slot, { by, reason: 'all', fingerprint, set, perform }));
};

it('an edit in a process without the rules, and by whom they keep out, is refused', async () => {
  const house = openHouse();
  const approvals = {
    version: 1,
    operations: { [name]: { editable }, [wide]: { above: { amount: 500_00 }, notBy: ['intern'] } },
  };
  const oncely = house.start({ approvals });
  expect(await refund(oncely, house)).toBe('approval_required');
  expect(await edit(house.start({}), house)).toBe('outdated_policy');
  expect(await edit(oncely, house, 'intern')).toBe('invalid_input');
  expect(sent(house.charge)).toBe(0);
});

it('an edit approved under an older version is asked for anew, as the newer one asks for it', async () => {
  const house = openHouse();
  const oncely = house.start({ approvals: { version: 1, operations: { [name]: { editable } } } });
  await refund(oncely, house);
  expect(await edit(oncely, house, 'ann', false)).toBe('passed');
  const operations = { [name]: { above: { amount: 500_00 }, approvers: 2 } };
  const newer = house.start({ approvals: { version: 2, operations } });
  expect(await refund(newer, house)).toBe('approval_required');
  expect((await newer.effects.get(house.slot))?.approval).toMatchObject({ state: 'pending', approvers: 2 });
  expect(sent(house.charge)).toBe(0);
});
