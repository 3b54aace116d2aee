import { occurrenceWords } from '@oncely/core/tools';
import { z } from 'zod';

import type { Crm } from './client.ts';

export const idOf = (what: string): z.ZodString =>
  z.string().regex(/^\d+$/).describe(`The id of the ${what}, digits only; never made up`);

export const name: z.ZodString = z.string().regex(/\S/);

export const amount: z.ZodNumber = z
  .number()
  .int()
  .min(0)
  .max(99_999_999_999)
  .describe('In the smallest unit of the currency: 120000 is 1,200.00 usd. Exactly as the person said it.');

export const currency: z.ZodString = z
  .string()
  .regex(/^[A-Za-z]{3}$/)
  .describe('Three letters, such as usd or eur. Exactly as the person said it.');

export const pipeline: z.ZodString = z.string().regex(/^\S+$/).describe('The id of the pipeline, as HubSpot lists it');
export const stage: z.ZodString = z.string().regex(/^\S+$/).describe('The id of the stage, as HubSpot lists it');

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

/** Minor units as HubSpot writes them: 120000 usd is "1200.00". */
export function inMajorUnits(minor: number, code: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code.toUpperCase(),
  }).resolvedOptions();
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

type AboutPeople = 'contacts' | 'companies';

interface AssociationTypes {
  readonly deals: Readonly<Record<AboutPeople, number>>;
  readonly tickets: Readonly<Record<AboutPeople, number>>;
  readonly notes: Readonly<Record<AboutPeople | 'deals' | 'tickets', number>>;
  readonly tasks: Readonly<Record<AboutPeople | 'deals' | 'tickets', number>>;
}

/**
 * The ids that HubSpot gives its own associations, from the first type to the second.
 * @see https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4#association-type-id-values
 */
const associationTypes: AssociationTypes = {
  deals: { contacts: 3, companies: 341 },
  tickets: { contacts: 16, companies: 339 },
  notes: { contacts: 202, companies: 190, deals: 214, tickets: 228 },
  tasks: { contacts: 204, companies: 192, deals: 216, tickets: 230 },
};

/** What a new object is associated with. */
export function associated<From extends keyof AssociationTypes>(
  from: From,
  to: keyof AssociationTypes[From],
  id: string,
): readonly object[] {
  const associationTypeId = associationTypes[from][to];
  return [{ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] }];
}

export const objectType: z.ZodEnum<{
  contacts: 'contacts';
  companies: 'companies';
  deals: 'deals';
  tickets: 'tickets';
}> = z.enum(['contacts', 'companies', 'deals', 'tickets']);

/** An e-mail address or a domain in the form in which HubSpot keeps it. */
export function lower(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Those of the fields that were given. */
export function given(fields: Readonly<Record<string, string | null | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** An object with some of its properties. */
export function shown({ id, properties }: Crm, ...names: readonly string[]): Readonly<Record<string, string | null>> {
  return { id, ...Object.fromEntries(names.map((each) => [each, properties[each] ?? null])) };
}
