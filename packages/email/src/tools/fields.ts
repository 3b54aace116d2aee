import { occurrenceWords } from '@oncely/core/tools';
import { z } from 'zod';

export const address: z.ZodEmail = z
  .email()
  .describe('One address, exactly as the person or the data says; never guessed');

type Occurrence = z.ZodOptional<z.ZodNullable<z.ZodNumber>>;

const occurrence = (most: number): Occurrence =>
  z.number().int().min(1).max(most).nullable().optional().describe(occurrenceWords);

/** With a field for further ones where the policy allows any. */
export function repeatable<Shape extends z.ZodRawShape>(
  shape: Shape,
  maxOccurrence: number,
): z.ZodObject<Shape & { occurrence?: Occurrence }> {
  return (
    maxOccurrence > 1 ? z.object({ ...shape, occurrence: occurrence(maxOccurrence) }) : z.object(shape)
  ) as z.ZodObject<Shape & { occurrence?: Occurrence }>;
}
