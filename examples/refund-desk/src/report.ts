/** The table at the end. */
import { styleText } from 'node:util';

import { dollars } from './cases.ts';
import type { OncelyRun, Run } from './run.ts';
import { vendorNames, type Count, type Doubts, type Settlement, type VendorName } from './tally.ts';

const labels: Readonly<Record<VendorName, string>> = {
  stripe: 'Stripe refunds',
  slack: 'Slack messages',
  mail: 'e-mail receipts',
};

const settlements: Readonly<Record<Settlement, string>> = {
  resent_under_key: 'sent again under the same key, which Stripe dedupes',
  probe_found: 'found at the vendor by a probe',
  probe_absent: 'not found by two probes after the landing bound: sent',
  person_happened: 'a person found it in the mailbox',
  person_did_not_happen: 'a person did not find it in the mailbox: sent',
};

const widths = { label: 18, expected: 8, happened: 12, wrong: 12, lost: 6, gap: 2, doubt: 10 };

export function report(raw: Run, oncely: OncelyRun): string {
  return ['', ...effectRows(raw, oncely), '', ...runRows(raw, oncely), '', ...doubtRows(oncely.doubts), ''].join('\n');
}

function effectRows(raw: Run, oncely: OncelyRun): string[] {
  const { label, expected, happened, wrong, lost, gap, doubt } = widths;
  const column = happened + wrong + lost;
  const head = [
    ' '.repeat(label + expected + gap),
    centred('the SDKs as they are', column),
    ' '.repeat(gap),
    centred('through Oncely', column + doubt),
  ];
  const names = [
    'effects'.padEnd(label),
    'expected'.padStart(expected),
    ' '.repeat(gap),
    'happened'.padStart(happened),
    'duplicated'.padStart(wrong),
    'lost'.padStart(lost),
    ' '.repeat(gap),
    'happened'.padStart(happened),
    'duplicated'.padStart(wrong),
    'lost'.padStart(lost),
    'in doubt'.padStart(doubt),
  ];
  const row = (name: string, wanted: number, left: Count, right: Count, doubtful: number): string =>
    [
      name.padEnd(label),
      String(wanted).padStart(expected),
      ' '.repeat(gap),
      ...cells(left),
      ' '.repeat(gap),
      ...cells(right),
      String(doubtful).padStart(doubt),
    ].join('');
  const lines = vendorNames.map((name) =>
    row(labels[name], raw.expected, raw.counts[name], oncely.counts[name], total(oncely.doubts[name])),
  );
  const doubtful = vendorNames.reduce((sum, name) => sum + total(oncely.doubts[name]), 0);
  return [
    styleText('bold', head.join('')),
    styleText('dim', names.join('')),
    ...lines,
    row('all', raw.expected * vendorNames.length, allOf(raw), allOf(oncely), doubtful),
  ];
}

function cells({ happened, duplicated, lost }: Count): string[] {
  return [String(happened).padStart(widths.happened), judged(duplicated, widths.wrong), judged(lost, widths.lost)];
}

function judged(count: number, width: number): string {
  return styleText(count === 0 ? 'green' : 'red', String(count).padStart(width));
}

function runRows(raw: Run, oncely: Run): string[] {
  const { label, expected, happened, wrong, lost, gap } = widths;
  const row = (name: string, of: (run: Run) => string): string =>
    name.padEnd(label + expected + gap) +
    of(raw).padStart(happened) +
    ' '.repeat(wrong + lost + gap) +
    of(oncely).padStart(happened);
  return [
    row('refunded too much', ({ overpaid }) => dollars(overpaid)),
    row('workers killed (SIGKILL)', ({ kills }) => String(kills)),
    row('cases delivered again', ({ redeliveries }) => String(redeliveries)),
    row('time', ({ ms }) => `${(ms / 1_000).toFixed(1)} s`),
  ];
}

function doubtRows(doubts: Doubts): string[] {
  const lines = vendorNames.flatMap((name) =>
    [...doubts[name]]
      .toSorted(([, a], [, b]) => b - a)
      .map(([settlement, count], index) => {
        const head = index === 0 ? labels[name] : '';
        return `${head.padEnd(widths.label)}${String(count).padStart(widths.expected)}  ${settlements[settlement]}`;
      }),
  );
  return [styleText('bold', 'How Oncely settled what was in doubt'), ...lines];
}

/** Duplicates and losses of all vendors together. */
export function allOf({ counts }: Run): Count {
  const sum = (of: (count: Count) => number): number => vendorNames.reduce((all, name) => all + of(counts[name]), 0);
  return {
    happened: sum((each) => each.happened),
    duplicated: sum((each) => each.duplicated),
    lost: sum((each) => each.lost),
  };
}

function total(counts: ReadonlyMap<Settlement, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function centred(text: string, width: number): string {
  const line = width - text.length - 4;
  const left = Math.floor(line / 2);
  return `  ${'─'.repeat(left)} ${text} ${'─'.repeat(line - left)}`;
}
