#!/usr/bin/env node
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { styleText } from 'node:util';

import { runCommand } from './program.ts';

// Whoever reads us may have read enough (`oncely list | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await runCommand(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
  user: () => userInfo().username,
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  ask: (question) =>
    new Promise((resolve) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      lines.once('close', () => resolve(''));
      lines.question(question, (typed) => {
        resolve(typed);
        lines.close();
      });
    }),
  paint: (style, text) => styleText(style, text, { stream: process.stdout }),
});

// A pool that the application's config opened would keep this process alive for ever.
const drained = [process.stdout, process.stderr].map(
  (stream) => new Promise<void>((resolve) => stream.write('', () => resolve())),
);
await Promise.all(drained);
process.exit(code);
