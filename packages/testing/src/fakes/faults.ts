/** Whether a failing answer comes before the vendor did anything, or after the effect happened. */
export type EffectPoint = 'before_effect' | 'after_effect';

/** How one request fails. Times are milliseconds of real time, whatever clock the fake was given. */
export type Fault =
  /** The whole request is read, the socket destroyed, nothing happened. */
  | { readonly kind: 'reset_before_effect' }
  /** The effect happens, the socket is destroyed without an answer. */
  | { readonly kind: 'reset_after_effect' }
  | StatusFault
  /** The effect happens; half of the answer's body arrives under the full content-length, then the socket goes. */
  | { readonly kind: 'truncate' }
  /** The effect happens at once, the answer comes after `ms`. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Execution takes `ms` before the effect and its answer; an idempotency key is in use that long. */
  | { readonly kind: 'slow_execution'; readonly ms: number }
  /**
   * The socket is destroyed now, or left hanging for good; the request reaches the vendor `ms` later and is treated
   * like any other, idempotency rules included.
   */
  | { readonly kind: 'late_landing'; readonly ms: number; readonly hang?: boolean }
  /** The vendor's own 429, before its idempotency layer: no effect. `policy` is one of HubSpot's limits. */
  | { readonly kind: 'rate_limited'; readonly retryAfterS: number; readonly policy?: string }
  /** A 429 in HTML without any of the vendor's headers; by default before the effect. */
  | { readonly kind: 'gateway_429'; readonly after?: EffectPoint }
  /** A 502 in HTML. */
  | { readonly kind: 'gateway_502'; readonly after: EffectPoint }
  /** The effect happens, the answer is a 200 in HTML. */
  | { readonly kind: 'not_json' }
  /** A JSON body without an `error` key under this status; stripe-node resolves it as a success. */
  | { readonly kind: 'no_error_body'; readonly status: number; readonly after: EffectPoint };

/**
 * A failure in the vendor's own shape. `body` replaces that shape: a string is sent as it is, all else as JSON.
 *
 * `stored` is for vendors with idempotency keys. True (the default with `after_effect`): execution had begun, so this
 * answer is kept under the key and replayed. False (the default with `before_effect`): nothing is kept; before the
 * effect that is a front door that failed, after it a vendor that lost the key and will execute it again.
 */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly after: EffectPoint;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly stored?: boolean;
}

export interface FaultOptions<Subject> {
  /** How often the rule fires; default 1. */
  readonly times?: number;
  /** How many requests it lets pass first, counting those that it matches and no earlier rule took; default 0. */
  readonly skip?: number;
  /** What the rule is for; without it, every write. */
  readonly match?: (subject: Subject) => boolean;
}

export interface RandomFaults<Subject> {
  /** Between 0 and 1. Drawn once for each matching request, and again by `make`: seed it to repeat a run. */
  readonly random: () => number;
  /** The share of requests that fail so; together at most 1. */
  readonly rates: Readonly<Partial<Record<Fault['kind'], number>>>;
  readonly make?: (kind: Fault['kind'], random: () => number) => Fault;
  readonly match?: (subject: Subject) => boolean;
}

/** A queue of rules: the oldest that matches and is not yet spent decides, and nothing fails without one. */
export interface FaultPlan<F, Subject> {
  add(fault: F, options?: FaultOptions<Subject>): void;
  /** Asked where no rule fired; replaces the one given before. */
  otherwise(choose: (subject: Subject) => F | undefined): void;
  take(subject: Subject): F | undefined;
  clear(): void;
}

/** A plan whose rules apply where `applies` says so, unless a rule brings its own `match`. */
export function createFaultPlan<F, Subject>(applies: (subject: Subject, fault: F) => boolean): FaultPlan<F, Subject> {
  interface Rule {
    readonly fault: F;
    readonly match: ((subject: Subject) => boolean) | undefined;
    skip: number;
    times: number;
  }
  let rules: Rule[] = [];
  let fallback: (subject: Subject) => F | undefined = () => undefined;

  return {
    add(fault, options = {}) {
      rules.push({ fault, match: options.match, skip: options.skip ?? 0, times: options.times ?? 1 });
    },
    otherwise(choose) {
      fallback = choose;
    },
    take(subject) {
      for (const rule of rules) {
        if (rule.times <= 0) continue;
        if (!(rule.match ? rule.match(subject) : applies(subject, rule.fault))) continue;
        if (rule.skip > 0) {
          rule.skip -= 1;
          continue;
        }
        rule.times -= 1;
        return rule.fault;
      }
      return fallback(subject);
    },
    clear() {
      rules = [];
      fallback = () => undefined;
    },
  };
}

/** Draws one kind by its rate, or none; one draw a call. */
export function drawKind(random: () => number, rates: RandomFaults<never>['rates']): Fault['kind'] | undefined {
  let rest = random();
  for (const [kind, rate] of Object.entries(rates)) {
    if (rest < rate) return kind as Fault['kind'];
    rest -= rate;
  }
  return undefined;
}

/** A short fault of a kind, for chaos: a few milliseconds, and either side of the effect by chance. */
export function randomFault(kind: Fault['kind'], random: () => number): Fault {
  const ms = (): number => 1 + Math.floor(random() * 10);
  const after = (): EffectPoint => (random() < 0.5 ? 'before_effect' : 'after_effect');
  switch (kind) {
    case 'reset_before_effect':
    case 'reset_after_effect':
    case 'truncate':
    case 'not_json':
      return { kind };
    case 'delay':
    case 'slow_execution':
    case 'late_landing':
      return { kind, ms: ms() };
    case 'rate_limited':
      return { kind, retryAfterS: 1 };
    case 'gateway_429':
    case 'gateway_502':
      return { kind, after: after() };
    case 'status':
    case 'no_error_body':
      return { kind, status: 500, after: after() };
  }
}
