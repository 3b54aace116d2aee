/** One guarantee broken on purpose, and the test that must see it. */
export interface Mutant {
  readonly breaks: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** A part of the name of the test that must fail. */
  readonly named: string;
}
