import { occurrenceWords } from '@oncely/core/tools';
import { z } from 'zod';

export const address: z.ZodEmail = z
  .email()
  .describe('One address, exactly as the person or the data says; never guessed');

const occurrence: z.ZodNullable<z.ZodOptional<z.ZodNumber>> = z
  .number()
  .int()
  .optional()
  .nullable()
  .describe(occurrenceWords);

/** With a field for further ones where the policy allows any. */
export function repeatable<Shape extends z.ZodRawShape>(
  shape: Shape,
  maxOccurrence: number,
): z.ZodObject<Shape & { occurrence?: typeof occurrence }> {
  return (maxOccurrence > 1 ? z.object({ ...shape, occurrence }) : z.object(shape)) as z.ZodObject<
    Shape & { occurrence?: typeof occurrence }
  >;
}
