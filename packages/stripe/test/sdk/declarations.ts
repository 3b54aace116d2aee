import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One field of an interface of the SDK. */
export interface Field {
  readonly name: string;
  readonly optional: boolean;
  /** The declared type, as written. */
  readonly type: string;
}

/** The declarations of one resource file of the installed SDK. */
export interface Declarations {
  /** Interfaces by their qualified name, with the fields that they declare and inherit in the file. */
  readonly interfaces: ReadonlyMap<string, readonly Field[]>;
  /** The members of `type X = 'a' | 'b'`, by its qualified name. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** The type of a resource's method by `Class.method`: parameters and result, as written, one a overload. */
  readonly methods: ReadonlyMap<string, readonly string[]>;
}

/** The folder of the installed SDK's ES modules. */
const sdkRoot: string = dirname(createRequire(import.meta.url).resolve('stripe')).replace(/cjs$/, 'esm');

/** Every resource file of the SDK: its code, and its declarations, read when they are asked for. */
export function resourceFiles(): readonly { readonly code: string; readonly declarations: () => Declarations }[] {
  return readdirSync(join(sdkRoot, 'resources'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && !name.endsWith('index.js'))
    .map((name) => {
      const file = join(sdkRoot, 'resources', name);
      let read: Declarations | undefined;
      return {
        code: readFileSync(file, 'utf8'),
        declarations: () => (read ??= readDeclarations(readFileSync(file.replace(/\.js$/, '.d.ts'), 'utf8'))),
      };
    });
}

/**
 * Reads a generated .d.ts line by line: its lay-out is the same everywhere, a member a line, comments aside. A class
 * that is another way of writing fails the tests that ask for it, never passes them.
 */
function readDeclarations(text: string): Declarations {
  const interfaces = new Map<string, Field[]>();
  const extended = new Map<string, string>();
  const methods = new Map<string, string[]>();
  const aliases = new Map<string, string[]>();
  const open: { readonly kind: 'namespace' | 'interface' | 'class' | 'other'; readonly name: string }[] = [];
  for (const raw of text.replaceAll(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    const line = raw.trim();
    const declared = /^(?:export )?(?:declare )?(namespace|interface|class) (\w+)(?: extends ([\w.]+))?/.exec(line);
    const inner = open.at(-1);
    if (declared) {
      const [, kind = '', name = '', base] = declared;
      const qualified = kind === 'class' ? name : [...namespaces(open), name].join('.');
      if (kind === 'interface' && !interfaces.has(qualified)) interfaces.set(qualified, []);
      if (kind === 'interface' && base !== undefined) extended.set(qualified, base);
      open.push({ kind: kind as 'namespace', name: kind === 'namespace' ? name : qualified });
      if (line.endsWith('{}') || line.endsWith('}')) open.pop();
      continue;
    }
    const alias = /^(?:export )?(?:declare )?type (\w+) = (.*);$/.exec(line);
    if (alias) aliases.set([...namespaces(open), alias[1] ?? ''].join('.'), (alias[2] ?? '').split(' | '));
    if (inner?.kind === 'interface') {
      const field = /^(?:readonly )?'?([\w-]+)'?(\??): (.*?);?$/.exec(line);
      if (field) {
        const [, name = '', optional, type = ''] = field;
        interfaces.get(inner.name)?.push({ name, optional: optional === '?', type });
      }
    }
    if (inner?.kind === 'class') {
      const method = /^(\w+)\((.*)\): (.*);$/.exec(line);
      if (method) {
        const name = `${inner.name}.${method[1] ?? ''}`;
        methods.set(name, [...(methods.get(name) ?? []), `(${method[2] ?? ''}): ${method[3] ?? ''}`]);
      }
    }
    const opened = (line.match(/\{/g) ?? []).length - (line.match(/\}/g) ?? []).length;
    for (let count = 0; count < opened; count += 1) open.push({ kind: 'other', name: '' });
    for (let count = 0; count > opened; count -= 1) open.pop();
  }
  for (const [name, base] of extended) {
    const own = interfaces.get(name) ?? [];
    interfaces.set(name, [...own, ...(interfaces.get(base) ?? [])]);
  }
  return { interfaces, methods, aliases };
}

function namespaces(open: readonly { readonly kind: string; readonly name: string }[]): string[] {
  return open.filter(({ kind }) => kind === 'namespace').map(({ name }) => name);
}
