/**
 * A JSON schema as a framework's own types have it: each has another type for the same thing, so that the one that fits
 * all of them is this.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- assignable to whatever a framework calls a JSON schema
export type NativeSchema = any;
