/**
 * What a model is told of the field `occurrence`, the same in every tool: it raises the number only on a person's word,
 * and never because an outcome is not known.
 */
export const occurrenceWords: string =
  'Leave it out, or null, for the first one. 2 only where a person asked for a second, separate one beside the first; never to try again.';
