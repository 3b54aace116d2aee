import { allLookUps, type LookUp } from '../../src/lookup.ts';
import { operationOf } from '../../src/operations.ts';
import type { StateRule } from '../../src/states.ts';
import type { Entry } from '../../src/table.ts';

interface Row {
  readonly entry: Entry;
  readonly lookUp: LookUp;
}

type Kind = LookUp['kind'];

const hour = 3_600_000;
const all = allLookUps();
const of = (kind: Kind): readonly Row[] => all.filter(({ lookUp }) => lookUp.kind === kind);

/** What stands between the markers of docs/operations-stripe.md: every write of the SDK, from the code. */
export function operationsPage(): string {
  return [
    section(
      'Listed by our marker',
      'list',
      'The object carries our marker in its metadata. The list is read to its last page; absent twice behind the landing bound, the write is sent again under a new key, then looked for two.',
      'asked by',
      ({ lookUp }) => askedBy(lookUp as LookUp & { kind: 'list' }),
    ),
    section(
      'Told by a state',
      'state',
      'The object is retrieved. In a state that the write leads to, and came to since the first attempt by the time that Stripe tells, it is done; in one that nothing leads back to it never happened and is sent again; in any other, or where it was so before, a person decides. Where Stripe tells no time the end state alone counts, whoever led there.',
      'done, and never happened',
      ({ lookUp }) => toldBy((lookUp as LookUp & { kind: 'state' }).rule),
    ),
    section(
      'Compared',
      'compare',
      'The object is retrieved and compared with what the write sets. Where all is equal it is done. Where anything differs it did not happen, or was changed since: a person decides, and nothing is overwritten.',
    ),
    section(
      'Deletions that can be read back',
      'deletion',
      'What is to be deleted is read first: gone, deleted or cancelled is done, otherwise it is deleted again. In v1 no deletion has a key.',
    ),
    section(
      'Unverifiable',
      'none',
      'Inside the window the key dedupes them like all others. Behind it, or where there is no key, nothing at Stripe tells whether they happened: they stop for a person, `oncely.effects.resolve`.',
      'why',
      ({ lookUp }) => (lookUp as LookUp & { kind: 'none' }).why,
    ),
  ].join('\n\n');
}

/** What stands between the markers of the package's README: the classes, with how many there are of each. */
export function operationsSummary(): string {
  const inside = 'same key and bytes again';
  const rows: readonly (readonly [string, Kind, string, string, readonly string[]])[] = [
    [
      'keyed, then listed',
      'list',
      inside,
      'found by our marker on all pages of the list; proven absent it is sent anew',
      ['refunds.create', 'paymentIntents.create', 'customers.create', 'invoices.create', 'subscriptions.create'],
    ],
    [
      'keyed, then read',
      'state',
      inside,
      'told by the state of its object; where that says neither yes nor no, a person',
      ['paymentIntents.capture', 'paymentIntents.cancel', 'invoices.pay', 'invoices.voidInvoice'],
    ],
    [
      'keyed, then compared',
      'compare',
      inside,
      'done where the object says what was set; otherwise a person, and nothing is overwritten',
      ['customers.update', 'subscriptions.update', 'invoices.update'],
    ],
    [
      'natural (v1), keyed (v2)',
      'deletion',
      'read back first; v2: same key again',
      'gone, deleted or cancelled is done',
      ['customers.del', 'subscriptions.cancel'],
    ],
    [
      'unverifiable',
      'none',
      `${inside}; a v1 DELETE stops`,
      'stops for a person',
      ['files.create', 'invoices.sendInvoice', 'billingPortal.sessions.create', 'customers.deleteDiscount'],
    ],
  ];
  return table(
    ['class', 'how many', 'such as', 'in doubt, inside the window of the key', 'later'],
    rows.map(([name, kind, window, later, such]) => [
      name,
      String(of(kind).length),
      such
        .filter((each) => of(kind).some(({ entry }) => entry.name === each))
        .map(code)
        .join(', '),
      window,
      later,
    ]),
  );
}

/** The text with `content` in place of what stands between its markers. */
export function between(text: string, content: string): string {
  const [begin, end] = ['<!-- operations: made from the code -->', '<!-- end of operations -->'];
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error('the markers of the table are missing');
  return `${head}${begin}\n\n${content}\n\n${end}${tail}`;
}

/** The same for tables that differ only in how their columns are padded. */
export function unpadded(text: string): string {
  return text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}

function section(
  title: string,
  kind: Kind,
  text: string,
  column?: string,
  cell: (row: Row) => string = () => '',
): string {
  const rows = of(kind);
  const more = column === undefined ? [] : [column];
  return `## ${title}: ${rows.length}\n\n${text}\n\n${table(
    ['operation', 'request', 'key', ...more],
    rows.map((row) => [
      code(row.entry.name),
      code(`${row.entry.method} ${row.entry.path}`),
      keyOf(row.entry),
      ...(column === undefined ? [] : [cell(row)]),
    ]),
  )}`;
}

function keyOf({ method, path }: Entry): string {
  const { safety } = operationOf(method, path, 0);
  if (safety.kind !== 'keyed') return 'none';
  return safety.windowMs > 24 * hour ? `${safety.windowMs / hour / 24} days` : `${safety.windowMs / hour} hours`;
}

function askedBy({ path, created, by, needs, fixed, both }: LookUp & { kind: 'list' }): string {
  const asked = [
    ...(created ? ['created'] : []),
    ...new Set([...needs, ...by]),
    ...Object.entries(fixed).map((pair) => pair.join('=')),
    ...(both === undefined ? [] : [`${both}, both ways`]),
  ];
  return `${code(path)}${asked.length === 0 ? ', whole' : ` by ${asked.join(', ')}`}`;
}

function toldBy({ field, done, never, proof = {}, unless = [], same = {}, at = [] }: StateRule): string {
  const say = (values: StateRule['done']): string =>
    values.map((value) => (typeof value === 'object' && value !== null ? 'anything' : code(String(value)))).join(', ');
  const not = never.length === 0 ? '' : `; never: ${say(never)}`;
  const beside = Object.entries(proof).map(([name, value]) => ` with ${code(name)} ${code(JSON.stringify(value))}`);
  const but = unless.length === 0 ? '' : `; not with ${unless.map(code).join(', ')}`;
  const equal = Object.entries(same).map(([name, held]) => `, ${code(held)} as ${code(name)}`);
  const time = at.length === 0 ? ', whoever did it' : `, since ${at.map(code).join(' or ')}`;
  return `${code(field)}: ${say(done)}${equal.join('')}${time}${not}${beside.join('')}${but}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
