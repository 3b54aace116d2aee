import type { Effect, Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { findEffect } from './short-id.ts';

/** A workflow by its parts. */
export type WorkflowParts = Parameters<Oncely['workflows']['get']>[0];

/**
 * The workflow of `invoice_98342:refund-desk`, or `tenant:invoice_98342:refund-desk`; a part with a colon or another
 * special character in it is percent-escaped, as `show` prints it. `invoice_98342:@` is what all workflows of a business
 * case share.
 *
 * @throws CommandError where it is none.
 */
export function workflowParts(name: string): WorkflowParts {
  const parts = name.split(':').map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw new CommandError('usage', `"${name}" is no workflow: ${part} is not percent-escaped as it should be.`);
    }
  });
  if (parts.length < 2 || parts.length > 3 || parts.includes('')) {
    throw new CommandError('usage', `"${name}" is no workflow: say <business id>:<workflow id>, a tenant before them.`);
  }
  // Between the last colon and its end '@' stands only where it was not escaped, so it is ours.
  const ours = name.slice(name.lastIndexOf(':') + 1).includes('@');
  const [last = '', businessId = '', tenant] = parts.reverse();
  const workflowId = ours ? last.replace(/@undo$/, '') : last;
  return {
    ...(tenant === undefined ? {} : { tenant }),
    businessId,
    workflowId,
    ...(ours && workflowId === '@' ? { slotScope: 'business' } : {}),
  };
}

/** As people type it. */
export function workflowName({ tenant, businessId, workflowId, slotScope }: WorkflowParts): string {
  const last = slotScope === 'business' ? '@' : encodeURIComponent(workflowId);
  const before = tenant === undefined ? [businessId] : [tenant, businessId];
  return [...before.map(encodeURIComponent), last].join(':');
}

/** The workflow that an effect belongs to; that of one which takes another back is the other's, with `@undo`. */
export function workflowOf({ slot }: Pick<Effect, 'slot'>): string {
  return slot.slice(0, slot.lastIndexOf(':'));
}

/** A workflow by its name, or that of an effect by the effect's short id. */
export async function findWorkflow(oncely: Oncely, name: string): Promise<WorkflowParts> {
  return name.includes(':') ? workflowParts(name) : (await findEffect(oncely, name)).contract;
}
