import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { beforeAll, describe, expect, it } from 'vitest';

import { compilerSays } from './compiler.ts';
import { tour, type Shown } from './stripe-tour.ts';

const sdk = dirname(dirname(createRequire(import.meta.url).resolve('stripe')));

let shown: readonly Shown[];
let operations: readonly string[];
beforeAll(async () => {
  // Cancelling a refund needs one that waits.
  const fake = await startStripeFake({ refundStatus: 'requires_action' });
  try {
    shown = await tour(fake);
    operations = fake.operations;
  } finally {
    await fake.close();
  }
});

describe('what the fake of Stripe answers', () => {
  it('is toured as a whole', () => {
    expect([...new Set(shown.map(({ operation }) => operation))].toSorted()).toEqual(operations.toSorted());
  });

  it("has exactly the fields of Stripe's own types", async () => {
    expect(await problemsOf(shown)).toEqual([]);
  });

  it.each<[string, (answer: Record<string, unknown>) => unknown, RegExp]>([
    ['a field is missing', ({ amount: _amount, ...rest }) => rest, /amount/],
    ['a field is none of theirs', (answer) => ({ ...answer, amount_refundable: 1 }), /amount_refundable/],
    [
      'a field has another type',
      (answer) => ({ ...answer, amount: '1' }),
      /'string' is not assignable to type 'number'/,
    ],
  ])('would fail where %s', async (_name, broken, told) => {
    const refund = shown.find(({ operation }) => operation === 'refunds.create') as Shown;
    const problems = await problemsOf([{ ...refund, answer: broken(refund.answer as Record<string, unknown>) }]);
    expect(problems.join('\n')).toMatch(told);
  });
});

/** What the compiler says to the answers as literals of the types that the SDK gives them. */
function problemsOf(answers: readonly Shown[]): Promise<readonly string[]> {
  const lines = answers.map(({ operation, type, answer }) => {
    // The SDK makes a Decimal of what is a text on the wire.
    const literal = JSON.stringify(answer).replaceAll(/("\w+_decimal":)"[^"]*"/g, '$1decimal');
    return `/* ${operation} */ void (${literal} satisfies ${type});`;
  });
  const head = "import type Stripe from 'stripe';\ndeclare const decimal: Stripe.Decimal;\n";
  return compilerSays(`${head}${lines.join('\n')}\n`, { stripe: join(sdk, 'esm/stripe.esm.node.d.ts') });
}
