import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startStripeFake } from '@oncely/testing/fakes/stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { tour, type Shown } from './stripe-tour.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const sdk = dirname(dirname(createRequire(import.meta.url).resolve('stripe')));

let shown: readonly Shown[];
let operations: readonly string[];
let folder: string;
beforeAll(async () => {
  // Cancelling a refund needs one that waits.
  const fake = await startStripeFake({ refundStatus: 'requires_action' });
  try {
    shown = await tour(fake);
    operations = fake.operations;
  } finally {
    await fake.close();
  }
  folder = await mkdtemp(join(tmpdir(), 'oncely-fidelity-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
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
async function problemsOf(answers: readonly Shown[]): Promise<readonly string[]> {
  const lines = answers.map(({ operation, type, answer }) => {
    // The SDK makes a Decimal of what is a text on the wire.
    const literal = JSON.stringify(answer).replaceAll(/("\w+_decimal":)"[^"]*"/g, '$1decimal');
    return `/* ${operation} */ void (${literal} satisfies ${type});`;
  });
  const config = {
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      paths: { stripe: [join(sdk, 'esm/stripe.esm.node.d.ts')] },
    },
    files: ['answers.ts'],
  };
  const head = "import type Stripe from 'stripe';\ndeclare const decimal: Stripe.Decimal;\n";
  await Promise.all([
    writeFile(join(folder, 'answers.ts'), `${head}${lines.join('\n')}\n`),
    writeFile(join(folder, 'package.json'), '{ "type": "module" }'),
    writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config)),
  ]);
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], (error, stdout) => {
      const told = stdout.split('\n').filter((line) => line !== '');
      resolve(error && told.length === 0 ? [error.message] : told);
    });
  });
}
