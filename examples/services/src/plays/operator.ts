import { isOncelyError } from '@oncely/core';
import { sqliteLedger } from '@oncely/core/ledgers/sqlite';
import { runCommand } from 'oncely';
import { join } from 'node:path';

import { openShop, type Shop } from '../shop.ts';
import type { Play } from './play.ts';
import { withVendors } from './with-vendors.ts';

export const operatorPlay: Play = (say) =>
  withVendors(async ({ smtp, at, folder }) => {
    const ledger = join(folder, 'effects.db');
    /** What is typed, as `npx oncely ...`; it runs on the ledger by itself, beside the application. */
    const oncely = async (...typed: readonly string[]): Promise<string> => {
      const printed: string[] = [];
      say(`$ npx oncely ${typed.map((word) => (/[^\w:.@/-]/.test(word) ? `'${word}'` : word)).join(' ')}`);
      const print = (text: string): void => void printed.push(...text.split('\n'));
      await runCommand(typed, {
        env: { ONCELY_LEDGER: `sqlite:${ledger}` },
        cwd: folder,
        interactive: false,
        user: () => 'ann',
        print,
        complain: print,
        ask: async () => '',
        paint: (_style, text) => text,
      });
      for (const line of printed) say(`  ${line}`);
      return printed.join('\n');
    };
    const receipt = async ({ oncely: { scope, effect }, mail }: Shop): Promise<string> =>
      scope({ businessId: 'order_7', workflowId: 'billing' }, () =>
        effect('receipt', () =>
          mail.sendMail({ from: 'shop@example.com', to: 'ann@customer.example', subject: 'Receipt', text: 'Thanks.' }),
        ),
      ).then(
        () => 'sent',
        (error: unknown) => (isOncelyError(error) ? error.code : String(error)),
      );

    const shop = openShop({ ledger: sqliteLedger(ledger), at, landingBoundMs: 0 });
    smtp.fail({ kind: 'drop', at: 'after_dot' });
    say(`the line breaks before the mail server's word on a receipt: ${await receipt(shop)}`);
    await oncely('status');
    await oncely('list', '--state', 'stopped');
    await oncely('show', 'order_7:billing:receipt');
    const [mail] = smtp.effects();
    say(`(the operator finds it in the mailbox: ${mail?.subject})`);
    const told = ['resolve', 'order_7:billing:receipt', '--happened', mail?.messageId ?? ''];
    await oncely(...told, '--yes', '--reason', 'seen in the mailbox');
    say(`the program, run again: ${await receipt(shop)}`);
    await oncely('status');
    await shop.oncely.close();
    return { mails: smtp.effects().length };
  });
