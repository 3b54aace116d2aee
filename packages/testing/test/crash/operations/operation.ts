/** One kind of write, as an agent makes it with the vendor's own SDK. */
export interface CrashOperation<Client> {
  /** As in the SDK. */
  readonly name: string;
  /** As in the fake's effects. */
  readonly effect: string;
  /** Where several operations have effects of that name: whether one is of this one. */
  readonly isOwn?: (effect: { readonly channel?: string; readonly params?: object }) => boolean;
  /** Makes what the write is about, with a raw client; gives its id. */
  readonly prepare?: (raw: Client) => Promise<string>;
  /** The write; gives the vendor's id of what came of it, of several in order and with a space between. */
  readonly write: (client: Client, subject: string) => Promise<string>;
  /** Set where the vendor's answer names nothing; then the write gives `done`. */
  readonly unnamed?: true;
  /** Of a batch: how many effects it has. */
  readonly inputs?: number;
  /**
   * Set where nobody can look it up: then doubt ends with a person, at once or only behind the window of its key.
   * `unless found`: a look may find it, and not finding it proves nothing.
   */
  readonly doubtStops?: true | 'later' | 'unless found';
  /** Which of the vendor's clients it is made with, where there are several. */
  readonly client?: string;
}
