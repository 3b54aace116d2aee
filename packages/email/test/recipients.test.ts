import { createOncely } from '@oncely/core';
import { memoryLedger } from '@oncely/core/ledgers/memory';
import nodemailer from 'nodemailer';
import type { SendMailOptions, Transporter } from 'nodemailer';
import { describe, expect, it } from 'vitest';

import { oncelyEmail } from '../src/index.ts';
import { composerOf } from '../src/composer.ts';
import { readCall } from '../src/request.ts';
import { failureOf, mail, openDesk, slot, smtp } from './desk.ts';
import { hostileField, seeded } from './hostile-addresses.ts';

const reader = composerOf(nodemailer.createTransport({ jsonTransport: true }));

/** Everybody that a policy or an approver is shown. */
function shownOf(data: SendMailOptions): string[] {
  const { to, cc, bcc } = (readCall({ ...data } as never, reader).complete?.parameters ?? {}) as Record<
    string,
    string[]
  >;
  return [...new Set([...(to ?? []), ...(cc ?? []), ...(bcc ?? [])])].toSorted();
}

/** Everybody that nodemailer sends to, by a transporter of its own. */
function sentTo(data: SendMailOptions): string[] {
  let envelope: { readonly to: readonly string[] } | undefined;
  const transport = {
    name: 'mine',
    version: '1',
    send: (each: { message: { getEnvelope(): unknown } }) => (envelope = each.message.getEnvelope() as typeof envelope),
  };
  nodemailer.createTransport(transport as never).sendMail(data, () => {});
  return [...new Set(envelope?.to.map(lower))].toSorted();
}

function lower(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at) + address.slice(at).toLowerCase();
}

const texts = Number(process.env['ONCELY_ADDRESSES'] ?? 3_000);

describe('to whom a mail goes', () => {
  it(`is shown as nodemailer sends it, for ${texts} hostile texts`, { timeout: Math.max(60_000, texts) }, () => {
    const random = seeded(20_261_130);
    for (let each = 0; each < texts; each += 1) {
      const fields = [hostileField(random), hostileField(random), hostileField(random)];
      const place = Math.floor(random() * 5);
      const data = {
        from: 'desk@shop.example',
        to: fields[0],
        ...(place === 1 ? { cc: fields[1] } : {}),
        ...(place === 2 ? { bcc: fields[1], headers: { Bcc: fields[2] } } : {}),
        ...(place === 3 ? { headers: { Cc: fields[1], 'reply-to': fields[2] } } : {}),
        ...(place === 4 ? { envelope: { from: 'bounce@shop.example', to: fields[1], cc: fields[2] } } : {}),
      } as SendMailOptions;
      // Copied, since nodemailer writes into what it is given.
      const sent = sentTo(structuredClone(data));
      const shown = shownOf(data);
      const judged = data.envelope ? sent.every((address) => shown.includes(address)) : shown.join() === sent.join();
      if (!judged) throw new Error(`${JSON.stringify(data)}: shown ${shown.join()}, sent to ${sent.join()}`);
    }
  });

  it.each<[string, SendMailOptions, string[]]>([
    ['a quote inside an atom', { to: 'evil@bad.example \\ "<good@ok.example>' }, ['evil@bad.example']],
    ['a backslash before it', { to: 'evil@bad.example"\\x@y.zz,<good@ok.example>' }, ['evil@bad.example']],
    ['a name with a comma', { to: '"Miller, Ann" <ann@x.example>' }, ['ann@x.example']],
    ['a group', { to: 'Team: ann@x.example, Bob <bob@x.example>;' }, ['ann@x.example', 'bob@x.example']],
    ['a comment', { to: 'Ann (a, b) <ann@x.example>' }, ['ann@x.example']],
    ['a quoted local part', { to: '"evil@bad.example"@ok.example' }, ['"evil@bad.example"@ok.example']],
    ['another script', { to: 'ann@bücher.example' }, ['ann@xn--bcher-kva.example']],
    ['capital letters', { to: 'Ann@X.Example' }, ['Ann@x.example']],
    ['an encoded word', { to: '=?utf-8?Q?x=40evil.example?= <ann@x.example>' }, ['ann@x.example']],
    [
      'a header of one’s own',
      { to: 'ann@x.example', headers: { Bcc: 'evil@bad.example' } },
      ['ann@x.example', 'evil@bad.example'],
    ],
    ['a list of headers', { headers: [{ key: 'bcc', value: 'evil@bad.example' }] }, ['evil@bad.example']],
  ])('%s', (_name, data, shown) => {
    expect(shownOf(data)).toEqual(shown);
  });
});

describe('an envelope', () => {
  it('that goes to another than the mail names is shown to policy and approver', async () => {
    const fake = await smtp();
    const judged: unknown[] = [];
    const approvals = {
      version: 1,
      operations: { 'email.send': (input: never) => (judged.push((input as { to: unknown }).to), true) },
    };
    const opened = openDesk(fake, { oncely: { approvals } });
    const { oncely } = opened;
    const envelope = { from: 'desk@shop.example', to: ['evil@bad.example'] };
    expect(await failureOf(opened.notify({ envelope }))).toMatchObject({ code: 'approval_required' });
    const { approval } = (await oncely.effects.get(slot)) ?? {};
    expect(judged[0]).toEqual(['ann@customer.example', 'evil@bad.example']);
    expect(approval?.preview).toMatchObject({ envelope: { to: ['evil@bad.example'] } });
    await oncely.effects.approve(slot, { by: 'paula', fingerprint: approval?.fingerprint ?? '' });
    await opened.notify({ envelope });
    expect(fake.effects()[0]?.recipients).toEqual(['evil@bad.example']);
  });
});

describe('a plugin of the transporter’s', () => {
  const redirect = (transporter: Transporter): void =>
    void transporter.use('compile', (each, done) => {
      each.data.to = 'evil@bad.example';
      done();
    });

  it.each(['in the builder', 'later'])('that changes whom a mail goes to is refused: %s', async (when) => {
    const fake = await smtp();
    const oncely = createOncely({
      ledger: memoryLedger(),
      drainOnSigterm: false,
      clients: {
        email: oncelyEmail(() => {
          const made = nodemailer.createTransport({ host: fake.host, port: fake.port });
          if (when === 'in the builder') redirect(made);
          return made;
        }),
      },
    });
    if (when === 'later') redirect(oncely.clients.email);
    const sent = oncely.scope({ businessId: 'b', workflowId: 'w' }, () =>
      oncely.effect('notify', () => oncely.clients.email.sendMail(mail)),
    );
    const error = await failureOf(sent);
    expect(error).toMatchObject({ code: 'invalid_config' });
    expect(error.message).toContain('a plugin of this transporter');
    expect(fake.effects()).toHaveLength(0);
    expect(await oncely.effects.get('b:w:notify')).toMatchObject({ state: 'ready' });
  });

  it('that words a mail is let be', async () => {
    const fake = await smtp();
    const opened = openDesk(fake);
    opened.email.use('compile', (each, done) => {
      each.data.html = '<p>made by a plugin</p>';
      done();
    });
    await opened.notify();
    expect(fake.effects()[0]?.raw).toContain('made by a plugin');
  });
});
