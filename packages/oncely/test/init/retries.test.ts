import { describe, expect, it } from 'vitest';

import { planned } from './plan-of.ts';

const stripe = `import Stripe from 'stripe';
const stripe = new Stripe(process.env.STRIPE_KEY!);
`;
const effect = `oncely.scope({ businessId: orderId, workflowId: 'desk' }, () =>
    oncely.effect('refunds-create', () => stripe.refunds.create({ charge: orderId })),
  )`;

function move(code: string): ReturnType<typeof planned> & { readonly text: string } {
  const plan = planned({ 'desk.ts': code });
  return { ...plan, text: plan.after('desk.ts') };
}

describe('a retry that does nothing else goes', () => {
  it.each([
    ['pRetry', 'p-retry', '() => stripe.refunds.create({ charge: orderId }), { retries: 3 }'],
    [
      'retry',
      'async-retry',
      'async (bail) => { return await stripe.refunds.create({ charge: orderId }); }, { retries: 3 }',
    ],
    ['retry', 'async-retry', 'async () => { await stripe.refunds.create({ charge: orderId }); }'],
  ])('%s of %s: %s', (name, module, args) => {
    const { text, moved } = move(`import ${name} from '${module}';
${stripe}
export async function refund(orderId: string) {
  return ${name}(${args});
}
`);
    expect(text).toBe(`import { oncely } from './oncely.config.ts';
const stripe = oncely.clients.stripe;

export async function refund(orderId: string) {
  return ${effect};
}
`);
    expect(moved[`retry by ${module}`]).toBeDefined();
  });

  it.each([
    [
      'a loop that returns, with what it throws in the end',
      `  let last: unknown;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      return await stripe.refunds.create({ charge: orderId });
    } catch (error) {
      last = error;
      await sleep(100 * attempt);
    }
  }
  throw last;
`,
      `  let last: unknown;
  return await ${effect};
`,
    ],
    [
      'a loop that breaks',
      `  let made: Stripe.Refund | undefined;
  while (true) {
    try {
      made = await stripe.refunds.create({ charge: orderId });
      break;
    } catch (error) {
      if (tooLate()) throw error;
    }
  }
  return made;
`,
      `  let made: Stripe.Refund | undefined;
  made = await ${effect};
  return made;
`,
    ],
  ])('%s', (_name, body, expected) => {
    const code = (inner: string): string => `${stripe}declare function sleep(ms: number): Promise<void>;
declare function tooLate(): boolean;
export async function refund(orderId: string) {
${inner}}
`;
    expect(move(code(body)).text).toContain(`{\n${expected}}\n`);
  });
});

describe('a retry that does more stays around the effect, which is safe', () => {
  const around = (open: string, close: string): string => `import pRetry from 'p-retry';
${stripe}export async function refund(orderId: string, log: (text: string) => void) {
  ${open}stripe.refunds.create({ charge: orderId })${close};
}
`;
  it.each([
    [
      'its options call functions of yours',
      around('return pRetry(() => ', ', { onFailedAttempt: () => log("again") })'),
    ],
    ['it does more than this write', around('return pRetry(async () => { log("now"); return ', '; })')],
    ['a comment stands in it', around('return pRetry(() => /* slow */ ', ')')],
    [
      'its catch does more than wait and throw',
      around('for (;;) { try { return await ', '; } catch (error) { log(String(error)); } }'),
    ],
    ['a comment stands in it', around('for (;;) { try { return await ', '; } catch { /* once more */ } }')],
  ])('%s', (why, code) => {
    const { text, findings } = move(code);
    expect(findings.find(({ kind }) => kind === 'retry')?.why).toMatch(why);
    expect(text).toContain(`oncely.effect('refunds-create'`);
    expect(text).toMatch(/pRetry\(|for \(;;\)/);
    for (const comment of code.match(/\/\*.*?\*\//g) ?? []) expect(text).toContain(comment);
  });

  it('a function of the project that tries again', () => {
    const { text, left } = move(`${stripe}async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {}
  }
}
export const refund = (orderId: string) => persist(() => stripe.refunds.create({ charge: orderId }));
`);
    expect(left['retry by persist']).toMatch(/^it is a function of yours/);
    expect(text).toContain('persist(() => oncely.scope({ businessId: orderId');
  });
});

it('what only the retry used is named, and the import of it goes', () => {
  const { text, findings } = move(`import { setTimeout as sleep } from 'node:timers/promises';
${stripe}
const pause = 10;
export async function refund(orderId: string) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await stripe.refunds.create({ charge: orderId });
    } catch (error) {
      if (attempt === 3) throw error;
      await sleep(pause);
    }
  }
}
`);
  expect(text).not.toContain('node:timers');
  expect(findings.filter(({ kind }) => kind === 'unused')).toMatchObject([{ place: 'desk.ts:5', what: 'pause' }]);
});
