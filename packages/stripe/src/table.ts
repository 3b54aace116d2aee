import { namespaces } from './table-namespaces.ts';
import { resources } from './table-resources.ts';
import { v2 } from './table-v2.ts';

/** What is known of one write of the SDK. */
export interface Entry {
  readonly method: 'POST' | 'DELETE';
  /** `:id` stands for one path segment. */
  readonly path: string;
  /** As a caller writes it behind `stripe.`: `refunds.create`. */
  readonly name: string;
  readonly takesMetadata: boolean;
  /** GET of the same path lists what it makes; `created`: by a range of times too. */
  readonly list?: 'all' | 'created';
  /** Filters of that list which are parameters of the write. */
  readonly by: readonly string[];
  /** Those without which the list is refused. */
  readonly needs: readonly string[];
  /** Where its object is retrieved: at its own path, below it by id, or above it. */
  readonly get?: 'same' | 'item' | 'parent';
  /** What a deletion answers as its `object`. */
  readonly deleted?: string;
}

/** Every write of the SDK that the table was made from, older names of the same paths included. */
export const table: readonly Entry[] = [resources, namespaces, v2].flatMap((text) =>
  text.trim().split('\n').map(parse),
);

const byShape = Map.groupBy(table, ({ method, path }) => shapeOf(method, path));
const byName = new Map(table.map((entry) => [entry.name, entry]));

/** The entry of a request; a path that is spelled out comes before one with an id in its place. */
export function entryOf(method: string, path: string): Entry | undefined {
  const candidates = byShape.get(shapeOf(method, path)) ?? [];
  return candidates.find((each) => each.path === path) ?? candidates.find((each) => matches(each.path, path));
}

/** The entry of a recorded operation, `stripe.refunds.create`. */
export function entryNamed(operation: string): Entry | undefined {
  return byName.get(operation.replace(/^stripe\./, ''));
}

function parse(row: string): Entry {
  const [method = '', path = '', name = '', ...flags] = row.split(' ');
  const valueOf = (flag: string): string | undefined =>
    flags.find((each) => each.startsWith(`${flag}:`))?.slice(flag.length + 1);
  const deleted = valueOf('deleted');
  const get = flags.includes('get') ? 'same' : valueOf('get');
  const list = flags.includes('list') ? 'all' : valueOf('list') === undefined ? undefined : 'created';
  return {
    method: method as 'POST',
    path,
    name,
    takesMetadata: flags.includes('metadata'),
    ...(list === undefined ? {} : { list }),
    by: valueOf('by')?.split(',') ?? [],
    needs: valueOf('needs')?.split(',') ?? [],
    ...(get === undefined ? {} : { get: get as 'item' }),
    ...(deleted === undefined ? {} : { deleted }),
  };
}

function shapeOf(method: string, path: string): string {
  return `${method} ${path.split('/').length}`;
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part === ':id' ? given[index] !== '' : part === given[index]))
  );
}
