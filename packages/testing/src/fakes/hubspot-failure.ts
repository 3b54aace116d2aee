/** What stands beside `message` in a refusal. */
export interface FailureDetail {
  readonly category?: string;
  readonly subCategory?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly errors?: readonly object[];
  readonly links?: Readonly<Record<string, string>>;
  /** Anything that only one endpoint adds. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** What stands in `context` only where the failure is one of a batch's. */
  readonly inBatch?: Readonly<Record<string, readonly string[]>>;
}

/** A refusal in HubSpot's shape: nothing was applied by the request, or by the one input of a batch that it is for. */
export class HubSpotFailure extends Error {
  override readonly name = 'HubSpotFailure';
  readonly status: number;
  readonly detail: FailureDetail;

  constructor(status: number, message: string, detail: FailureDetail = {}) {
    super(message);
    this.status = status;
    this.detail = { category: 'VALIDATION_ERROR', ...detail };
  }
}

/** The body of an error answer; every field but `message` is documented as optional. */
export function errorBody(message: string, correlationId: string, detail: FailureDetail): object {
  const { extra, inBatch: _inBatch, ...rest } = detail;
  return { status: 'error', message, correlationId, ...rest, ...extra };
}

/**
 * One input's failure inside a 207. The documented example has no `links` and no `errors`, though the published types
 * call both required. https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
 */
export function batchError(failure: HubSpotFailure, context: Readonly<Record<string, readonly string[]>>): object {
  return {
    status: 'error',
    category: failure.detail.category,
    message: failure.message,
    context: { ...failure.detail.context, ...failure.detail.inBatch, ...context },
  };
}

export function invalid(message: string, detail: FailureDetail = {}): HubSpotFailure {
  return new HubSpotFailure(400, message, detail);
}

export function notFound(message = 'resource not found', detail: FailureDetail = {}): HubSpotFailure {
  return new HubSpotFailure(404, message, { category: 'OBJECT_NOT_FOUND', ...detail });
}

/** One value that a property refuses. */
export interface InvalidValue {
  readonly message: string;
  readonly error: string;
  readonly name: string;
}

/** 400 for values that their properties refuse, all of them in one message, as JSON in prose. */
export function invalidValues(values: readonly InvalidValue[], portalId: number): HubSpotFailure {
  const shown = values.map(({ message, error, name }) => ({
    isValid: false,
    message,
    error,
    name,
    localizedErrorMessage: message,
    portalId,
  }));
  return invalid(`Property values were not valid: ${JSON.stringify(shown)}`);
}

/** 404 inside a batch: the records that were found are answered beside it. */
export function someNotFound(singular: string): HubSpotFailure {
  return notFound(
    `Could not get some ${singular} objects, they may be deleted or not exist. Check that ids are valid.`,
  );
}

/** 403 of a token without a scope; the token itself is fine. */
export function missingScope(scope: string): HubSpotFailure {
  return new HubSpotFailure(403, "This app hasn't been granted all required scopes to make this call.", {
    category: 'MISSING_SCOPES',
    errors: [
      {
        message: 'One or more of the following scopes are required.',
        context: { requiredGranularScopes: [scope] },
      },
    ],
    links: { scopes: 'https://developers.hubspot.com/scopes' },
  });
}
