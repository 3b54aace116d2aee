import type { Adapter } from './adapter.ts';
import { knownAs } from './asking.ts';
import { speaksOf, type CompiledPolicy } from './compiled-policy.ts';
import { effectKeyOf } from './contract.ts';
import { allowedValue, isSameText } from './editable.ts';
import type { FoundEffect } from './effect-ids.ts';
import { OncelyError } from './errors.ts';
import { canonicalJson, fingerprint, type Fingerprint } from './fingerprint.ts';
import { judge } from './judging.ts';
import { keysNow } from './keys.ts';
import type { SessionInfo } from './ledger-session.ts';
import type { Edit, EditedValue } from './lifecycle/edit.ts';
import { limitsFor, useOf, type Limit } from './limits/rules.ts';
import { fits } from './operation-patterns.ts';
import { named, openStored, storePreview, storeRequest } from './payload.ts';
import { differenceFor } from './policy-digest.ts';
import { previewOf, withDifference } from './preview.ts';
import type { EffectRecord, Stored } from './record.ts';
import type { FinishParts } from './recover.ts';
import { carries } from './request-for.ts';

/** What says how far an approver may change an input, and what the changed one needs. */
export interface EditingParts extends FinishParts {
  readonly limits: readonly Limit[];
}

type Values = Readonly<Record<string, unknown>>;
type HashKey = Parameters<typeof fingerprint>[1];

/**
 * The input that waits with other values at some of its paths, as it is to be stored and sent. Nothing is changed by it.
 * @throws OncelyError `invalid_input` naming the path that may not be changed, or cannot
 */
export async function editOf(
  parts: EditingParts,
  { record, slot }: FoundEffect,
  reason: string | undefined,
  set: Readonly<Record<string, unknown>>,
): Promise<Edit> {
  const { session, codec, approvals, limits } = parts;
  const refuse = (why: string, fix?: string): never => {
    throw new OncelyError('invalid_input', {
      message: `${effectKeyOf(record.contract)}: ${why}. Nothing was changed.`,
      effect: effectKeyOf(record.contract, record.generation),
      ...(fix === undefined ? {} : { fix }),
    });
  };
  const wanted = Object.entries(set);
  if (wanted.length === 0) refuse('set names nothing to change', 'set: { amount: 500 }, or leave it out');
  if (reason === undefined || reason.trim() === '') {
    refuse('whoever asked for it is to be told why it is changed', "reason: 'half of it was delivered'");
  }
  const origin = parts.originOf(record.client, record.account);
  const editor = origin?.adapter.editor;
  if (!origin || !editor) {
    return refuse(`the client "${record.client}" cannot change a request that waits; decline it with a reason instead`);
  }
  const stored = await openStored(record.request, codec, { slot, kind: 'request' });
  if (stored === undefined) return refuse('its request was not kept, so it cannot be changed; decline it instead');
  const { naming, policy } = await session.info();
  const operation = knownAs(origin.adapter, record.operation);
  refuseUnjudged({ record, operation, approvals, policy });
  const keys = keysNow(record, naming);
  const read = (request: string): Values => (origin.connection.parametersOf?.(request) ?? {}) as Values;
  const before = read(stored);
  const bounds = record.approval?.editable ?? [];
  const changes: EditedValue[] = [];
  let request = stored;
  for (const [path, given] of wanted) {
    if (isFixed(editor.fixed, path)) refuse(`${path} says whom or what it concerns, which no approver changes`);
    const { segments, value: from } = located(before, path);
    const allowed = allowedValue(path, from, given, bounds);
    if ('why' in allowed) return refuse(allowed.why);
    if ([keys.key, keys.marker].some((name) => carries(JSON.stringify(from ?? null), name))) {
      refuse(`${path} holds that by which it is found again, which no approver changes`);
    }
    const earlier = read(request);
    try {
      request = editor.set(request, segments, allowed.value, keys);
    } catch (cause) {
      refuse(`${path} cannot be changed: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    const { value: to } = located(read(request), path);
    if (!isSame(allowed.value, to) || !differInOne(earlier, read(request), path)) {
      refuse(`${path} cannot be changed by itself in this request`);
    }
    changes.push({ path, from: from ?? null, to });
  }
  for (const name of [keys.key, keys.marker]) {
    if (carries(stored, name) && !carries(request, name)) refuse('it would be found again no more');
  }
  if (request === stored) refuse('it would stay as it is');
  const after = read(request);
  const keeping = parts.keepingOf(record.operation);
  const about = { operation: record.operation, account: record.account };
  const shownBefore = await openStored(record.approval?.preview, codec, { slot, kind: 'preview' }).catch(
    () => undefined,
  );
  const shown = withDifference(previewOf(origin.adapter, about, after, keeping.preview), shownBefore);
  const kept = await storeRequest(request, codec, slot, keeping);
  if (kept.kind === 'omitted') refuse('its request could not be kept');
  const [was, is] = [keeping.preview(before), keeping.preview(after)];
  const visible = changes.map(({ path }) => ({
    path,
    from: located(was, path).value ?? null,
    to: located(is, path).value ?? null,
  }));
  const uses = limitsFor(limits, operation).map((limit) => useOf(limit, record.contract, after, naming));
  return {
    from: record.fingerprint.full,
    fingerprint: printOf(record, after, changes, naming.hash),
    request: named(kept, namingOf(record.request)),
    paths: changes.map(({ path }) => path),
    changes,
    values: await storePreview(JSON.stringify(visible), codec, slot),
    preview: await storePreview(JSON.stringify(shown), codec, slot),
    ...(uses.length === 0 ? {} : { takes: uses.map(({ limit, ...use }) => ({ ...use, limit: limit.id })) }),
    ...needed(approvals, operation, after, record.approval),
  };
}

/**
 * An edit is judged by the rules of this process, so they must be those in force.
 * @throws OncelyError `outdated_policy`
 */
function refuseUnjudged(of: {
  readonly record: EffectRecord;
  readonly operation: string;
  readonly approvals: CompiledPolicy | undefined;
  readonly policy: SessionInfo['policy'];
}): void {
  const { record, operation, approvals, policy } = of;
  const own = approvals?.version ?? 0;
  const asked = record.approval?.policy ?? 0;
  const isOlder = policy !== undefined && policy.version > own && speaksOf(policy.operations, operation);
  const isOther = policy?.version === own && differenceFor(policy.differs, operation) !== undefined;
  if (asked <= own && !isOlder && !isOther) return;
  throw new OncelyError('outdated_policy', {
    message: `${effectKeyOf(record.contract)}: this process does not have the approval policy by which the edited input must be judged. Nothing was changed.`,
    fix: 'edit in a process with the same approvals: createOncely({ approvals: { version, operations } }); or approve it as it is',
    effect: effectKeyOf(record.contract, record.generation),
  });
}

/** What the policy asks for the edited input, where that is more than was asked for. */
function needed(
  policy: CompiledPolicy | undefined,
  operation: string,
  input: unknown,
  approval: EffectRecord['approval'],
): Pick<Edit, 'approvers' | 'quorum' | 'notBy'> {
  // Who asked for it stands in the question already.
  const unknown = '-';
  const { approval: asked } = judge(policy, { operation, input, requestedBy: unknown });
  const most = new Map((approval?.quorum ?? []).map(({ group, count }) => [group, count]));
  for (const { group, count } of asked?.quorum ?? []) most.set(group, Math.max(count, most.get(group) ?? 0));
  const quorum = [...most].map(([group, count]) => ({ group, count }));
  const seats = quorum.reduce((sum, { count }) => sum + count, 0);
  const approvers = Math.max(approval?.approvers ?? 1, asked?.approvers ?? 1, seats);
  const notBy = new Set([...(approval?.notBy ?? []), ...(asked?.notBy ?? [])]);
  notBy.delete(unknown);
  return {
    ...(approvers > 1 ? { approvers } : {}),
    ...(quorum.length === 0 ? {} : { quorum }),
    ...(notBy.size === 0 ? {} : { notBy: [...notBy] }),
  };
}

/** Which editable path of a policy concerns what an adapter lets nobody change; `undefined`: none. */
export function fixedPathProblem(
  policy: { readonly operations: Readonly<Record<string, unknown>> } | undefined,
  clients: Readonly<Record<string, Pick<Adapter, 'vendor' | 'editor'>>> = {},
): string | undefined {
  for (const [name, rule] of Object.entries(policy?.operations ?? {})) {
    const { editable = {} } = typeof rule === 'object' ? (rule as { editable?: object }) : {};
    for (const path of Object.keys(editable)) {
      const of = Object.values(clients).find(
        ({ vendor, editor }) => name.startsWith(`${vendor}.`) && isFixed(editor?.fixed ?? [], path),
      );
      if (of)
        return `approvals.operations['${name}'].editable['${path}'] says whom or what it concerns, which no approver changes`;
    }
  }
  return undefined;
}

function isFixed(fixed: readonly string[], path: string): boolean {
  return path.startsWith('$') || fixed.some((each) => fits(each, path) || fits(`${each}.*`, path));
}

/** Where a path leads: a member that is named by all of it, or one within others. */
function located(parameters: unknown, path: string): { readonly segments: readonly string[]; readonly value: unknown } {
  const own = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Values)[name] : undefined;
  const whole = own(parameters, path);
  if (whole !== undefined) return { segments: [path], value: whole };
  const segments = path.split('.');
  return { segments, value: segments.reduce(own, parameters) };
}

function isSame(given: unknown, read: unknown): boolean {
  return read !== undefined && isSameText(given, read);
}

/** Whether nothing but what stands at a path is other than before. */
function differInOne(before: Values, after: Values, path: string): boolean {
  return canonicalJson(without(before, path)) === canonicalJson(without(after, path));
}

function without(parameters: Values, path: string): unknown {
  const copy = structuredClone({ ...parameters }) as Record<string, unknown>;
  if (Object.hasOwn(copy, path)) {
    Reflect.deleteProperty(copy, path);
    return copy;
  }
  const segments = path.split('.');
  const holder = segments
    .slice(0, -1)
    .reduce<unknown>((of, name) => (of as Record<string, unknown> | undefined)?.[name], copy);
  if (typeof holder === 'object' && holder !== null) Reflect.deleteProperty(holder, segments.at(-1) ?? '');
  return copy;
}

/** Made of what was asked for and what was changed of it; it names its fields as any other does. */
function printOf(record: EffectRecord, after: Values, changes: readonly EditedValue[], hash: HashKey): Fingerprint {
  const tops = changes.map(({ path }) => (Object.hasOwn(after, path) ? path : (path.split('.')[0] ?? path)));
  const account = `${record.client}/${record.account}`;
  const { operation } = record;
  const own = fingerprint(
    { operation, account, parameters: Object.fromEntries(tops.map((top) => [top, after[top]])) },
    hash,
  );
  const fields = { ...record.fingerprint.fields, ...own.fields };
  const { full } = fingerprint({ operation, account, parameters: { $edited: record.fingerprint.full, fields } }, hash);
  // As substance it stays what was asked for: another workflow that asks for the same is its twin.
  const { material } = record.edited?.asked ?? record.fingerprint;
  return { version: 1, full, material, fields };
}

function namingOf(stored: Stored | undefined): string | undefined {
  return stored === undefined || stored.kind === 'omitted' ? undefined : stored.naming;
}
