import type { Permit, VendorWrite } from '@oncely/core';
import { oncelyStripe } from '@oncely/stripe';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';

const keys = { key: 'oncely_key', marker: 'oncely_marker' };
const permit: Permit = { check: () => expect.fail('nothing is to be sent'), remainingMs: () => 1_000 };

describe('a stored request', () => {
  it('of a file is resent to the host of files', async () => {
    const writes: VendorWrite[] = [];
    const adapter = oncelyStripe((config) => new Stripe('sk_test_x', { ...config, telemetry: false }));
    const perform = async (
      write: VendorWrite,
    ): Promise<{ status: number; headers: object & Record<string, string>; body: string }> => {
      writes.push(write);
      return { status: 200, headers: {}, body: '{"object":"file"}' };
    };
    const { client } = adapter.connect({ perform }, '');
    await client.files.create({
      purpose: 'dispute_evidence',
      file: { data: Buffer.from([0, 255]), name: 'a', type: 'image/png' },
    });
    await writes[0]?.parameters;
    const request = writes[0]?.prepare(keys) ?? '';
    expect(JSON.parse(request)).toMatchObject({ apiBase: 'files', path: '/v1/files', encoding: 'base64' });

    const options: unknown[] = [];
    const spy = oncelyStripe((config) => ({
      getApiField: (name: string) => (name === 'httpClient' ? config.httpClient : undefined),
      rawRequest: async (...args: unknown[]) => {
        options.push(args[3]);
      },
    }));
    const target = { operation: 'stripe.files.create', ...keys, request, from: 0, until: 0 };
    await spy.connect({ perform }, '').resend(target, permit);
    expect(options.at(-1)).toEqual({ apiBase: 'files' });
  });
});
