import type { Effect } from './effect.ts';
import type { EffectId } from './effect-ids.ts';
import { OncelyError } from './errors.ts';
import { refuseUnknown } from './known-options.ts';

/** One of several questions as the person was shown it: `fingerprint` is that of `effect.approval`. */
export interface Shown {
  readonly key: EffectId;
  readonly fingerprint: string;
}

/** What became of one of several: the effect where the word was taken, and an error where it, or performing, failed. */
export interface DecidedOne {
  readonly key: EffectId;
  /** As it stands after the word; absent: the word was refused, and nothing was changed of this one. */
  readonly effect?: Effect;
  /** An `OncelyError`, or what your own `mayDecide` threw. */
  readonly error?: Error;
}

/**
 * Says one word on each of several, in their order; what fails of one is told with it and holds back no other. Words come
 * first and what is performed after all of them, so that a slow vendor keeps nobody's word waiting.
 */
export async function decideEach(
  call: string,
  items: readonly Shown[],
  decide: (item: Shown) => Promise<Effect>,
  perform?: (effect: Effect) => Promise<Effect>,
): Promise<readonly DecidedOne[]> {
  refuseBadList(call, items);
  const decided: DecidedOne[] = [];
  for (const item of items) decided.push({ key: item.key, ...(await settled(decide(item))) });
  if (!perform) return decided;
  const performed: DecidedOne[] = [];
  for (const one of decided) {
    const isOpen = one.effect?.approval?.state === 'approved';
    performed.push(one.effect && isOpen ? { ...one, ...(await settled(perform(one.effect))) } : one);
  }
  return performed;
}

async function settled(work: Promise<Effect>): Promise<{ effect: Effect } | { error: Error }> {
  try {
    return { effect: await work };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Before anything is decided: a list that is half wrong was made by a program that is. */
function refuseBadList(call: string, items: unknown): asserts items is readonly Shown[] {
  const refuse = (problem: string): never => {
    throw new OncelyError('invalid_input', {
      message: `effects.${call}: ${problem}. Nothing was changed.`,
      fix: `const { effects: asked } = await oncely.effects.list({ approval: 'pending' });  // then { key, fingerprint: approval.fingerprint } of each that the person was shown`,
    });
  };
  if (!Array.isArray(items) || items.length === 0) return refuse('the first argument must be a list of what was shown');
  for (const [at, item] of (items as readonly (Partial<Shown> | null | undefined)[]).entries()) {
    if (typeof item !== 'object' || item === null) return refuse(`entry ${at} must be { key, fingerprint }`);
    refuseUnknown(
      `effects.${call}, entry ${at}`,
      item,
      { key: true, fingerprint: true },
      { left: 'Nothing was changed.' },
    );
    const { key, fingerprint } = item;
    const isKey = typeof key === 'string' ? key !== '' : typeof key === 'object' && key !== null;
    if (!isKey) return refuse(`key of entry ${at} is missing: which effect is it?`);
    if (typeof fingerprint !== 'string' || fingerprint === '') {
      return refuse(`fingerprint of entry ${at} is missing: which input was the person shown?`);
    }
  }
  return undefined;
}
