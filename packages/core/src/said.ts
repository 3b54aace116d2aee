/** One write as a person is told of it: its decoded parameters, with what must not be shown redacted. */
export interface WriteToSay {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The account that the client was built for; '' where there is one client for all. */
  readonly account: string;
}

/** A write in words. */
export interface Said {
  /** One sentence: what is done, to which object, in which account. It names every party by its id. */
  readonly summary: string;
  /** The parameters that are texts for people, which a model may have written. */
  readonly texts?: readonly string[];
  /** Parameters that a person reads better in another form, in the place of those; what is sent stays as it is. */
  readonly shown?: Readonly<Record<string, unknown>>;
}

/** Something that the vendor says now of what a write is about: it helps a person, and decides nothing. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What an adapter knows of the names of its operations. */
export interface OperationNames {
  /** Every name, its other names included; `*` stands for what is open in one: `hubspot.crm.*.create`. */
  readonly names: readonly string[];
  /** The one name of what has several. Default: the name itself. */
  canonical?(name: string): string;
  /**
   * The ids of objects in the path of a request, for rules that say where those come from (`$path`). `undefined`, or
   * absent: nobody can tell them, and such a rule is broken.
   */
  pathIds?(name: string, path: string): readonly string[] | undefined;
}
