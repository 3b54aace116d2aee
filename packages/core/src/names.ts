import type { Contract } from './contract.ts';
import { OncelyError } from './errors.ts';

// What people name: tenants, business cases, workflows, effects and values. Two of them are the same if people read the
// same, and one that a fault in the caller's code made names nothing.

/** What interpolation leaves of a value that was not there, between the ends of an id or its separators. */
const nothing =
  /(?:^|[\s_:/.|,#=&?;@+~*()-])(undefined|null|NaN|Invalid Date|\[object [^\]]*\])(?=$|[\s_:/.|,#=&?;@+~*()-])/;
/** What it leaves of a method that was not called; of a promise by `util.inspect`. */
const code = /=>|(?:^|[^a-zA-Z])function[\s*]{0,9}[\w$]{0,99}\s{0,9}\(|Promise \{/;
/** What is left where a template was not filled in: quotes in place of backticks. */
const template = /\$\{|\{\{/;
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
// Not the joiners U+200C and U+200D: languages are written with them.
const invisible = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;

/** Says why an id names nothing; `undefined` where it names something. */
function problemOf(id: string): string | undefined {
  const [, lost] = nothing.exec(id) ?? [];
  if (lost !== undefined)
    return `has "${lost}" in it, which is what is left of a value that was not there: all that lack it would be one`;
  if (code.test(id)) return 'has code in it, as of a method that was not called: all of its kind would be one';
  if (template.test(id)) return 'is a template that was not filled in: all that come from it would be one';
  if (control.test(id)) return 'has a control character in it';
  if (invisible.test(id)) return 'has an invisible character in it: two ids that read the same would be two';
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
