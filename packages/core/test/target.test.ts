import { expect, it } from 'vitest';

import { targetOf } from '../src/attempt.ts';
import { namingKey } from '../src/keys.ts';
import type { Attempt, EffectRecord } from '../src/record.ts';

const attempt = (token: string, rest: Partial<Attempt>): Attempt => ({
  token,
  logicVersion: 1,
  generation: 1,
  holder: 'a',
  claimedAt: 10,
  leaseUntil: 20,
  evidence: 'unknown',
  ...rest,
});
const record = (...attempts: readonly Attempt[]): EffectRecord =>
  ({
    contract: { businessId: 'b', workflowId: 'w', stepId: 's', expectedEffect: 'desk.write', logicVersion: 1 },
    operation: 'desk.write',
    generation: 1,
    createdAt: 10,
    landingBoundMs: 5,
    attempts,
  }) as unknown as EffectRecord;

it.each<[string, readonly Attempt[], { doubted?: true; refused?: true }]>([
  ['the first', [], {}],
  ['after one that is unknown', [attempt('1', {})], { doubted: true }],
  ['after a no of the vendor', [attempt('1', { evidence: 'not_applied', basis: 'answer' })], {}],
  ['after looks that found nothing', [attempt('1', { evidence: 'not_applied', basis: 'probe' })], { doubted: true }],
  ["after a person's word", [attempt('1', { evidence: 'not_applied', basis: 'person' })], { doubted: true }],
  ['after a refusal', [attempt('1', { evidence: 'rejected', basis: 'answer' })], { refused: true }],
  ['after one of other input', [attempt('1', { generation: 0 })], {}],
  ['after one of an older logic', [attempt('1', { logicVersion: 0 })], {}],
])('an attempt %s knows whether it may be a repeat', (_name, earlier, expected) => {
  const target = targetOf(record(...earlier, attempt('own', {})), namingKey(new Uint8Array(32)), undefined, 'own');
  expect({ doubted: target.doubted, refused: target.refused }).toEqual({
    doubted: expected.doubted,
    refused: expected.refused,
  });
});
