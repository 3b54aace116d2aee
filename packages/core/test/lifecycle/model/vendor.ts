import type { Random } from './random.ts';
import { keyWindowMs, type Kind } from './terms.ts';

/** A request as it travels to the vendor. */
export interface Request {
  readonly token: string;
  readonly version: number;
  readonly key: string;
  readonly full: string;
  readonly material: string;
}

/** What really happened, known to nobody but the model. */
export interface Effect {
  readonly id: string;
  readonly token: string;
  readonly version: number;
  readonly key: string;
  readonly material: string;
  visibleAt: number;
}

export type Answer =
  | { readonly kind: 'done'; readonly id: string }
  | { readonly kind: 'rejected'; readonly speaksForKey: boolean }
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  /** An error of the vendor, stored under the key: whether the effect happened is not said. */
  | { readonly kind: 'broken' };

interface StoredAnswer {
  readonly firstAt: number;
  readonly full: string;
  readonly answer: Answer;
}

/** The vendor's truth, of each safety class exactly what that class promises and no more. */
export class Vendor {
  readonly effects: Effect[] = [];
  /** Two requests under one key were not the same bytes. */
  confused = false;
  private readonly keys = new Map<string, StoredAnswer>();
  private readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  /** A request arrives; what it causes can be seen by `visibleBy` at the latest. */
  arrive(request: Request, at: number, visibleBy: number, random: Random): Answer {
    const stored = this.storedUnder(request.key, at);
    if (stored) {
      if (stored.full === request.full) return stored.answer;
      this.confused = true;
      return { kind: 'broken' };
    }
    const existing = this.arbitrated(request);
    if (existing) return { kind: 'done', id: existing.id };
    const take = (): Effect => {
      const effect: Effect = {
        id: this.kind === 'natural' ? `state ${request.material}` : `id ${this.effects.length + 1}`,
        token: request.token,
        version: request.version,
        key: request.key,
        material: request.material,
        visibleAt: random.chance(0.5) ? at : visibleBy,
      };
      this.effects.push(effect);
      return effect;
    };
    const roll = random.below(20);
    let answer: Answer;
    if (roll < 12) answer = { kind: 'done', id: take().id };
    else if (roll < 15)
      answer = random.chance(0.5) ? { kind: 'refused' } : { kind: 'refused', retryAfterMs: random.below(50) };
    else if (roll < 17) answer = { kind: 'rejected', speaksForKey: false };
    else if (roll < 19) answer = { kind: 'rejected', speaksForKey: this.kind === 'keyed' };
    else {
      if (random.chance(0.5)) take();
      answer = { kind: 'broken' };
    }
    const keeps =
      answer.kind === 'done' || answer.kind === 'broken' || (answer.kind === 'rejected' && answer.speaksForKey);
    if (this.kind === 'keyed' && keeps) this.keys.set(request.key, { firstAt: at, full: request.full, answer });
    return answer;
  }

  /** Whether a request on its way could still cause something of its own. */
  couldTake(request: Request, at: number): boolean {
    return !this.storedUnder(request.key, at) && !this.arbitrated(request);
  }

  /** Those that a complete look finds. */
  visible(version: number, material: string, at: number): readonly Effect[] {
    const seen = this.effects.filter((effect) => effect.visibleAt <= at);
    if (this.kind !== 'natural') return seen.filter((effect) => effect.version === version);
    const state = seen.at(-1);
    return state?.material === material ? [state] : [];
  }

  /** Whoever waited for it gave up: from then on the landing bound counts. */
  abandoned(token: string, visibleBy: number): void {
    for (const effect of this.effects) {
      if (effect.token === token) effect.visibleAt = Math.min(effect.visibleAt, visibleBy);
    }
  }

  private storedUnder(key: string, at: number): StoredAnswer | undefined {
    const stored = this.keys.get(key);
    return stored && at < stored.firstAt + keyWindowMs ? stored : undefined;
  }

  private arbitrated(request: Request): Effect | undefined {
    if (this.kind === 'constrained') return this.effects.find((effect) => effect.key === request.key);
    const state = this.effects.at(-1);
    return this.kind === 'natural' && state?.material === request.material ? state : undefined;
  }
}
