/** Content that a stored mail names by its digest instead of holding it. */
export class OutsideContent {
  readonly sha256: string;
  readonly size: number;
  /** A file that holds it, or held it when it was read. */
  readonly path: string | undefined;

  constructor(sha256: string, size: number, path?: string) {
    this.sha256 = sha256;
    this.size = size;
    this.path = path;
  }
}
