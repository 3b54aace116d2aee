import { OncelyError } from './errors.ts';
import type { Audit } from './audit/audit.ts';
import type { Effects } from './effects.ts';
import type { Oncely } from './handle.ts';
import { refuseUnknown, type NamesOf } from './known-options.ts';
import type { Workflows } from './workflows.ts';

type OptionsOf<Call> = Call extends (...given: infer Given) => unknown ? NonNullable<Given[1]> : never;
type FirstOf<Call> = Call extends (...given: infer Given) => unknown ? NonNullable<Given[0]> : never;

const actor = { by: true, reason: true, id: true } as const;

/** Of whoever has one answer in hand for whatever is decided. */
const decision = { ...actor, fingerprint: true } as const;

/** Which of a call's arguments are options, and their names. */
type Known = Readonly<Record<number, Readonly<Record<string, true>>>>;

const ofEffects: Partial<Record<keyof Effects, Known>> = {
  list: {
    0: { state: true, approval: true, workflow: true, limit: true, after: true } satisfies NamesOf<
      FirstOf<Effects['list']>
    >,
  },
  approveAll: {
    1: { ...actor, ttlMs: true, perform: true } satisfies NamesOf<OptionsOf<Effects['approveAll']>>,
  },
  declineAll: { 1: actor satisfies NamesOf<OptionsOf<Effects['declineAll']>> },
  resolve: { 1: { happened: true } satisfies NamesOf<OptionsOf<Effects['resolve']>>, 2: decision },
  approve: {
    1: { ...actor, fingerprint: true, ttlMs: true, breakGlass: true, perform: true, set: true } satisfies NamesOf<
      OptionsOf<Effects['approve']>
    >,
  },
  complete: { 1: { deadlineMs: true } satisfies NamesOf<OptionsOf<Effects['complete']>> },
  compensate: {
    1: { ...actor, with: true, byHand: true, deadlineMs: true } satisfies NamesOf<OptionsOf<Effects['compensate']>>,
  },
  decline: { 1: decision satisfies NamesOf<OptionsOf<Effects['decline']>> },
  revoke: { 1: decision satisfies NamesOf<OptionsOf<Effects['revoke']>> },
  cancel: { 1: decision satisfies NamesOf<OptionsOf<Effects['cancel']>> },
  reopen: { 1: decision satisfies NamesOf<OptionsOf<Effects['reopen']>> },
  probeAgain: { 1: decision satisfies NamesOf<OptionsOf<Effects['probeAgain']>> },
};

const word = { by: true, reason: true } as const;

const ofWorkflows: Partial<Record<keyof Workflows, Known>> = {
  pause: { 1: { ...word, wait: true, deadlineMs: true } satisfies NamesOf<OptionsOf<Workflows['pause']>> },
  resume: { 1: { ...word, grant: true } satisfies NamesOf<OptionsOf<Workflows['resume']>> },
  cancel: { 1: word satisfies NamesOf<OptionsOf<Workflows['cancel']>> },
  abort: { 1: { ...word, deadlineMs: true } satisfies NamesOf<OptionsOf<Workflows['abort']>> },
};

const ofAudit: Partial<Record<keyof Audit, Known>> = {
  seal: { 0: { to: true, records: true } satisfies NamesOf<FirstOf<Audit['seal']>> },
  verify: { 0: { seals: true } satisfies NamesOf<FirstOf<Audit['verify']>> },
};

const ofHandle: Partial<Record<keyof Oncely, Known>> = {
  recover: { 0: { limit: true, deadlineMs: true } satisfies NamesOf<FirstOf<Oncely['recover']>> },
  prune: {
    0: {
      limit: true,
      deadlineMs: true,
      dryRun: true,
      cursor: true,
      walk: true,
      deleteTombstonesOlderThanMs: true,
      acceptDuplicates: true,
    } satisfies NamesOf<FirstOf<Oncely['prune']>>,
  },
  reseal: { 0: { limit: true, deadlineMs: true, cursor: true } satisfies NamesOf<FirstOf<Oncely['reseal']>> },
  sweep: {
    0: { since: true, until: true, limit: true, deadlineMs: true, cursor: true } satisfies NamesOf<
      FirstOf<Oncely['sweep']>
    >,
  },
};

/** The handle, whose operators' calls refuse an option that they do not know: before they do anything. */
export function knowingOptions<Handle extends Pick<Oncely, 'effects' | 'workflows' | 'audit'>>(handle: Handle): Handle {
  return {
    ...guarded('oncely', handle, ofHandle),
    effects: guarded('oncely.effects', handle.effects, ofEffects),
    workflows: guarded('oncely.workflows', handle.workflows, ofWorkflows),
    audit: guarded('oncely.audit', handle.audit, ofAudit),
  };
}

function guarded<Calls extends object>(of: string, calls: Calls, known: Readonly<Record<string, Known>>): Calls {
  const checked = Object.entries(known).map(([name, options]) => {
    const call = Reflect.get(calls, name) as (...given: unknown[]) => Promise<unknown>;
    const checking = async (...given: unknown[]): Promise<unknown> => {
      for (const [place, names] of Object.entries(options)) {
        refuseUnknown(`${of}.${name}`, given[Number(place)], names, { left: 'Nothing was changed.' });
      }
      return call(...given);
    };
    return [name, checking] as const;
  });
  return { ...calls, ...Object.fromEntries(checked) } as Calls;
}

/** @throws OncelyError `invalid_input` where nobody can have been shown what is approved, or for no time */
export function refuseBadWord(fingerprint: unknown, ttlMs: unknown): void {
  if (typeof fingerprint !== 'string' || fingerprint === '') {
    throw new OncelyError('invalid_input', {
      message: 'fingerprint is missing: which input was the person shown? Nothing was approved.',
      fix: 'effects.approve(key, { by, fingerprint: effect.approval.fingerprint })  // of the effect as it was shown; `npx oncely show <id> --reveal` shows the input and its fingerprint',
    });
  }
  refuseBadTime(ttlMs);
}

/** @throws OncelyError `invalid_input` where an approval would hold for no time */
export function refuseBadTime(ttlMs: unknown): void {
  if (ttlMs !== undefined && !(typeof ttlMs === 'number' && Number.isFinite(ttlMs) && ttlMs > 0)) {
    throw new OncelyError('invalid_input', {
      message: 'ttlMs must be a number of milliseconds above 0. Nothing was approved.',
      fix: 'ttlMs: 3_600_000',
    });
  }
}
