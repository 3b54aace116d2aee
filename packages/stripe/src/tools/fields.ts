import { occurrenceWords } from '@oncely/core/tools';
import { z } from 'zod';

/** An id of Stripe's with one of these prefixes. */
export function idOf(what: string, ...prefixes: readonly string[]): z.ZodString {
  const pattern = new RegExp(`^(${prefixes.join('|')})_[A-Za-z0-9_]+$`);
  return z
    .string()
    .regex(pattern)
    .describe(`${what}, such as ${prefixes[0] ?? ''}_...; never made up`);
}

/** Money as Stripe counts it. */
export const amount: z.ZodNumber = z
  .number()
  .int()
  .min(1)
  .max(99_999_999)
  .describe(
    'In the smallest unit of the currency: 500 is 5.00 usd, and 500 is 500 jpy. Exactly as the person said it.',
  );

export const currency: z.ZodString = z
  .string()
  .regex(/^[A-Za-z]{3}$/)
  .describe('Three letters, such as usd or eur. Exactly as the person or the payment says it.');

export type Occurrence = z.ZodOptional<z.ZodNullable<z.ZodNumber>>;

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

/** The id in a field that may hold the object itself. */
export function idIn(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return (value as { readonly id?: string } | null | undefined)?.id ?? null;
}
