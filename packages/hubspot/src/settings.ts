/** What an adapter is set to, with its defaults filled in. */
export interface Settings {
  /** The name of our unique property. */
  readonly property: string;
  readonly missingProperty: 'error' | 'weaker';
  readonly readBefore: boolean;
  readonly landingBoundMs: number;
}
