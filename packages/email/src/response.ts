import type { WireResponse } from '@oncely/core';

import { decode, encode } from './encoding.ts';

/**
 * What nodemailer itself gave for a response made in this process, so that its first caller gets exactly that: a
 * stream transport's result cannot be written down.
 */
const originals = new WeakMap<WireResponse, unknown>();

/** nodemailer's result, or its error, as the ledger remembers it. */
export function toResponse(given: unknown): WireResponse {
  const status = given instanceof Error ? ((given as { responseCode?: number }).responseCode ?? 500) : 250;
  const response = { status, headers: {}, body: bodyOf(given) };
  originals.set(response, given);
  return response;
}

/** The result of `sendMail`. @throws nodemailer's error where the mail was refused */
export function fromResponse(response: WireResponse): unknown {
  const given = originals.has(response) ? originals.get(response) : decode(response.body);
  if (given instanceof Error) throw given;
  return given;
}

function bodyOf(given: unknown): string {
  try {
    return encode(given);
  } catch {
    // A transport of the caller's own may give anything; what it sent is sent all the same.
    const { messageId, envelope, response } = given as Record<string, unknown>;
    return encode({ messageId, envelope, response });
  }
}
