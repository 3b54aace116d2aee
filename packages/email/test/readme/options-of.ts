import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const root = join(dirname(createRequire(import.meta.url).resolve('nodemailer')), '..', 'esm');

/** The names of an interface's own members, as nodemailer's declarations list them. */
export function membersOf(file: string, name: string): string[] {
  const text = readFileSync(join(root, `${file}.d.ts`), 'utf8');
  const start = new RegExp(`^(?:export )?interface ${name}\\b[^{]*\\{$`, 'm').exec(text);
  if (!start) throw new Error(`${file}.d.ts declares no interface ${name}`);
  const body = text.slice(start.index + start[0].length);
  const end = body.search(/^\}/m);
  return [...body.slice(0, end).matchAll(/^ {4}(?:readonly )?(\w+)\??: /gm)].map(([, member = '']) => member);
}
