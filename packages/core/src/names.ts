import type { Contract } from './contract.ts';
import { OncelyError } from './errors.ts';

// What people name: tenants, business cases, workflows, effects and values. Two of them are the same if people read the
// same, and one that a fault in the caller's code made names nothing.

/** What interpolation leaves of a value that was not there, between the ends of an id or its separators. */
const nothing = /(?:^|[\s_:/.|,#-])(undefined|null|NaN|Invalid Date|\[object [^\]]*\])(?=$|[\s_:/.|,#-])/;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Says why an id names nothing; `undefined` where it names something. */
function problemOf(id: string): string | undefined {
  const [, lost] = nothing.exec(id) ?? [];
  if (lost !== undefined)
    return `has "${lost}" in it, which is what is left of a value that was not there: all that lack it would be one`;
  if (control.test(id)) return 'has a control character in it';
  return id === id.trim() ? undefined : 'begins or ends with a blank';
}

/**
 * Refuses a contract of which a part names nothing. It is asked at the write, so that the refusal reaches the caller as
 * the write's own error.
 * @throws OncelyError `invalid_input`
 */
export function mustBeNamed({ tenant, businessId, workflowId, stepId }: Contract): void {
  for (const [field, id] of Object.entries({ tenant, businessId, workflowId, stepId })) {
    const problem = id === undefined ? undefined : problemOf(id);
    if (id === undefined || problem === undefined) continue;
    throw new OncelyError('invalid_input', {
      message: `${field} ${JSON.stringify(id)} ${problem}. Nothing was sent.`,
      fix:
        field === 'stepId'
          ? `oncely.effect('a-stable-name', () => ...), in place of ${JSON.stringify(id)}: the id alone, and stop where there is none`
          : `oncely.scope({ ${field}: the id alone, and stop where there is none }, ...), in place of ${JSON.stringify(id)}`,
      next: 'fix-code',
    });
  }
}

/** An id in the one form in which ids are compared. */
export function nameOf(id: string): string {
  return typeof id === 'string' ? id.normalize('NFC') : id;
}
