#!/usr/bin/env node
import { command } from './command.ts';

process.exitCode = await command(process.argv.slice(2), {
  env: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
