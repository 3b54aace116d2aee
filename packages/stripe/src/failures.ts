/** When an object that a write made stands there, and what it was made for never was. */
export interface FailureRule {
  /** States of its `status` that say so. */
  readonly failed: readonly string[];
  /** Only where the write asked for it by this parameter; without it the state is where the object begins. */
  readonly asked?: string;
  /** Only where this field says why. */
  readonly error?: string;
}

const money: FailureRule = { failed: ['failed', 'canceled'] };
const moved: FailureRule = { failed: ['failed', 'canceled', 'returned'] };

/**
 * By the `object` of what is found. What happened and was taken back since (a transfer that was reversed, an
 * authorization that was released) is none of these. A test compares fields and states with the SDK's own types.
 */
export const failures: Readonly<Record<string, FailureRule>> = {
  charge: { failed: ['failed'] },
  'checkout.session': { failed: ['expired'] },
  'issuing.dispute': { failed: ['expired'] },
  payment_intent: { failed: ['requires_payment_method', 'canceled'], asked: 'confirm', error: 'last_payment_error' },
  payout: money,
  refund: money,
  setup_intent: { failed: ['requires_payment_method', 'canceled'], asked: 'confirm', error: 'last_setup_error' },
  subscription: { failed: ['incomplete_expired'] },
  'three_d_secure.authentication': { failed: ['failed', 'error', 'canceled'] },
  topup: money,
  'treasury.debit_reversal': { failed: ['failed'] },
  'treasury.inbound_transfer': money,
  'treasury.outbound_payment': moved,
  'treasury.outbound_transfer': moved,
  'v2.money_management.outbound_payment': moved,
};

/** Why an object that carries our marker is no success, in Stripe's words; `undefined` where it is one. */
export function failureOf(
  object: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const { object: kind, status } = object;
  const rule = typeof kind === 'string' && Object.hasOwn(failures, kind) ? failures[kind] : undefined;
  if (rule === undefined || typeof status !== 'string' || !rule.failed.includes(status)) return undefined;
  if (rule.asked !== undefined && given !== undefined && String(given[rule.asked]) !== 'true') return undefined;
  const why = rule.error === undefined ? undefined : object[rule.error];
  if (rule.error !== undefined && (typeof why !== 'object' || why === null)) return undefined;
  const { code, decline_code: decline } = (why ?? {}) as { code?: unknown; decline_code?: unknown };
  const words = [decline, code, object['failure_code'], object['failure_reason']].find(
    (each) => typeof each === 'string' && each !== '',
  );
  return words === undefined ? status : `${status}: ${words as string}`;
}

/** Parameters under which Stripe answers another value than it was given: `pm_card_visa` becomes a method of its own. */
const translated: ReadonlySet<string> = new Set(['source', 'payment_method', 'email', 'name']);

/** A material parameter whose value is not that of the object, which then is not what the request was to make. */
export function otherwiseIn(
  object: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
  materials: readonly string[],
): string | undefined {
  return materials.find((name) => {
    const wanted = given[name];
    const held = idIn(object[name]);
    if (translated.has(name) || !isScalar(wanted) || !isScalar(held) || wanted === '') return false;
    return String(wanted).toLowerCase() !== String(held).toLowerCase();
  });
}

/** Of an expanded object its id. */
function idIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : value;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
