import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

it('three runs, three of whose answers are lost, tell the channel once', async () => {
  const demo = fileURLToPath(new URL('../src/demo.ts', import.meta.url));
  const { SLACK_BOT_TOKEN: _token, SLACK_CHANNEL: _channel, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions', '@oncely/source', demo], { env });
  const runs = [...stdout.matchAll(/^run \d: (\d+\.\d+)$/gm)].map((found) => found[1]);
  expect(runs).toHaveLength(3);
  expect(new Set(runs).size).toBe(1);
  expect(stdout).toContain(
    'in Slack: chat.postMessage, reactions.add, chat.postMessage, files.completeUploadExternal, chat.startStream, chat.stopStream\n',
  );
}, 120_000);
