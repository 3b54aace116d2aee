import { randomBytes } from 'node:crypto';

import { aesCodec } from '@oncely/core';
import { describe, expect, it } from 'vitest';

import { ended, parsed, startProject } from './project.ts';

const slot = 'invoice_1:refund-desk:refund';
const keys = { k1: randomBytes(32), k2: randomBytes(32) };
const rotating = `codec: aesCodec({ keys: { ${Object.entries(keys)
  .map(([name, key]) => `${name}: Buffer.from('${key.toString('hex')}', 'hex')`)
  .join(', ')} }, current: 'k2' }),`;

describe('prune', () => {
  it("applies the config's rules, counts first where it is asked to, and keeps the dedupe", async () => {
    const project = await startProject({ options: 'retention: { tombstoneAfterMs: 0 },' });
    const app = project.app();
    await project.refund(app, 'invoice_1');
    await project.refund(app, 'invoice_2');
    const walked = ['prune', '--walk'] as const;
    expect(ended(await project.run(...walked, '--dry-run'), 0).out).toMatch(/2 looked at: would be 2 compacted/);
    expect((await app.effects.get(slot))?.attempts).toHaveLength(1);
    expect(parsed(ended(await project.run(...walked, '--json'), 0))).toMatchObject({ compacted: 2, more: false });
    expect((await app.effects.get(slot))?.attempts).toEqual([]);
    expect(ended(await project.run('prune'), 0).out).toContain('0 compacted');
    await project.refund(app, 'invoice_1').catch(() => undefined);
    expect(project.fake.effects('refunds.create')).toHaveLength(2);
  });

  it('deletes tombstones by a yes only, and then a repeat is sent again', async () => {
    const project = await startProject({ options: 'retention: { tombstoneAfterMs: 0 },' });
    const app = project.app();
    await project.refund(app, 'invoice_1');
    await project.run('prune', '--walk');
    const deleting = ['prune', '--delete-tombstones', '0s'] as const;
    const refused = await project.run(...deleting);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('add --yes. Nothing was changed.')]);
    expect((await project.run('prune', '--walk', '--delete-tombstones', '0s', '--yes')).code).toBe(2);
    expect(ended(await project.run(...deleting, '--yes'), 0).out).toContain('1 tombstones deleted');
    // New to the ledger, so it is sent; it is Stripe that still knows the key.
    await project.refund(app, 'invoice_1');
    expect(project.fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
    ended(await project.run('verify'), 0);
  });

  it("needs the application's rules", async () => {
    const project = await startProject();
    await project.run('migrate');
    for (const verb of ['prune', 'reseal']) {
      const ran = await project.run(verb, '--ledger', 'sqlite:effects.db');
      expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`${verb} needs the clients and rules`)]);
    }
  });
});

describe('reseal', () => {
  it('says when nothing needs the older key any more: then the newer one opens all', async () => {
    const project = await startProject({ imports: `import { aesCodec } from '@oncely/core';`, options: rotating });
    const old = project.app({ codec: aesCodec({ keys: { k1: keys.k1 }, current: 'k1' }) });
    await project.refund(old, 'invoice_1');
    expect(parsed(ended(await project.run('reseal', '--json'), 0))).toMatchObject({ resealed: 1, more: false });
    expect(ended(await project.run('reseal'), 0).out).toContain('nothing needs an older key any more');
    const anew = project.app({ codec: aesCodec({ keys: { k2: keys.k2 }, current: 'k2' }) });
    expect(await project.refund(anew, 'invoice_1')).toMatchObject({ amount: 1000 });
    expect(project.fake.effects('refunds.create')).toHaveLength(1);
  });

  it('is refused where there is no codec', async () => {
    const ran = await (await startProject()).run('reseal');
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('was given no codec')]);
  });
});

describe('reconcile --sweep', () => {
  it('names what is twice at the vendor, sends nothing, and takes no ids', async () => {
    const project = await startProject();
    const app = project.app();
    const made = await project.refund(app, 'invoice_1');
    await project.refund(app, 'invoice_2');
    expect(ended(await project.run('reconcile', '--sweep', '--since', '1h'), 0).out).toBe('2 looked up: 2 as recorded');
    expect(ended(await project.run('reconcile', '--sweep', '--until', '1h'), 0).out).toBe('nothing to look up');
    const part = ended(await project.run('reconcile', '--sweep', '--limit', '1'), 4);
    expect(part.out).toContain(`there is more: --after ${slot}`);
    expect(ended(await project.run('reconcile', '--sweep', '--after', slot), 0).out).toContain('1 looked up');

    // Somebody made the same by hand, and copied our metadata along.
    await project.raw.refunds.create({ charge: 'ch_1', amount: 1000, metadata: made.metadata ?? {} });
    const found = ended(await project.run('reconcile', '--sweep'), 3);
    expect(found.out).toMatch(new RegExp(`stripe\\.refunds\\.create {2}${made.id} {2}${slot} {2}is there 2 times`));
    expect(ended(await project.run('status'), 3).out).toContain('1 happened more than once at the vendor');
    expect(project.fake.effects('refunds.create')).toHaveLength(3);
    expect((await project.run('reconcile', slot, '--sweep')).code).toBe(2);
    expect((await project.run('reconcile', '--since', '1h')).code).toBe(2);
  });
});
