/**
 * A refusal in Stripe's shape. `parameter`: found before execution began, so nothing is kept under the key;
 * `execution`: found while executing, so the answer is kept and replayed.
 */
export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
  readonly stage: 'parameter' | 'execution';
  readonly status: number;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(stage: 'parameter' | 'execution', status: number, message: string, detail: Record<string, unknown> = {}) {
    super(message);
    this.stage = stage;
    this.status = status;
    this.detail = detail;
  }
}

/** The body of an error answer. */
export function errorBody(message: string, detail: Readonly<Record<string, unknown>> = {}): { error: object } {
  return { error: { message, type: 'invalid_request_error', ...detail } };
}

/** 400 for a parameter that cannot be right whatever the state. */
export function invalidParam(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure('parameter', 400, message, { param, ...(code && { code }) });
}

export function missingParam(param: string): StripeFailure {
  return invalidParam(param, `Missing required param: ${param}.`, 'parameter_missing');
}

export function unknownParam(param: string): StripeFailure {
  return invalidParam(param, `Received unknown parameter: ${param}`, 'parameter_unknown');
}

/** 404 for an object that a path or a parameter names and that does not exist in this account. */
export function resourceMissing(resource: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure('parameter', 404, `No such ${resource}: '${id}'`, { code: 'resource_missing', param });
}

/** 400 for something the state does not allow, found while executing. */
export function refused(message: string, detail: Record<string, unknown> = {}): StripeFailure {
  return new StripeFailure('execution', 400, message, detail);
}

/** 402 from the card's bank. */
export function cardDeclined(declineCode: string, detail: Record<string, unknown> = {}): StripeFailure {
  return new StripeFailure('execution', 402, 'Your card was declined.', {
    type: 'card_error',
    code: 'card_declined',
    decline_code: declineCode,
    ...detail,
  });
}
