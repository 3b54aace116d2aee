const list = `readonly length: number;
  readonly [index: number]: T;
  [Symbol.iterator](): Iterator<T>;
  map<U>(fn: (value: T, index: number) => U): U[];
  flatMap<U>(fn: (value: T, index: number) => U | readonly U[]): U[];
  forEach(fn: (value: T, index: number) => void): void;
  filter(fn: (value: T, index: number) => unknown): T[];
  find(fn: (value: T, index: number) => unknown): T | undefined;
  slice(start?: number, end?: number): T[];
  toSorted(compare?: (a: T, b: T) => number): T[];`;

/**
 * As much of the language's own types as it takes to know what a loop's item or a promise's outcome is. The real ones
 * take longer to read than most projects.
 */
export const smallLib: string = `interface Array<T> { ${list} }
interface ReadonlyArray<T> { ${list} }
interface Iterator<T> { next(): { done?: boolean; value: T } }
interface Iterable<T> { [Symbol.iterator](): Iterator<T> }
interface SymbolConstructor { readonly iterator: unique symbol }
declare var Symbol: SymbolConstructor;
interface Promise<T> { then<U>(fn: (value: T) => U | Promise<U>): Promise<U> }
interface Boolean {}
interface CallableFunction {}
interface Function {}
interface IArguments {}
interface NewableFunction {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
type Partial<T> = { [K in keyof T]?: T[K] };
type Required<T> = { [K in keyof T]-?: T[K] };
type Readonly<T> = { readonly [K in keyof T]: T[K] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends keyof any, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Omit<T, K extends keyof any> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type Awaited<T> = T extends Promise<infer U> ? U : T;
`;
