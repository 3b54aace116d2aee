import type { Oncely } from '@oncely/core';

import { CommandError } from './command-error.ts';
import { findEffect } from './short-id.ts';

/** A workflow by its parts. */
export interface WorkflowParts {
  readonly tenant?: string;
  readonly businessId: string;
  readonly workflowId: string;
}

/**
 * The workflow of `invoice_98342:refund-desk`, or `tenant:invoice_98342:refund-desk`; a part with a colon or another
 * special character in it is percent-escaped, as `show` prints it.
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
  const [workflowId = '', businessId = '', tenant] = parts.reverse();
  return { ...(tenant === undefined ? {} : { tenant }), businessId, workflowId };
}

/** As people type it; the slot of an effect without its last part. */
export function workflowName({ tenant, businessId, workflowId }: WorkflowParts): string {
  const parts = tenant === undefined ? [businessId, workflowId] : [tenant, businessId, workflowId];
  return parts.map(encodeURIComponent).join(':');
}

/** A workflow by its name, or that of an effect by the effect's short id. */
export async function findWorkflow(oncely: Oncely, name: string): Promise<WorkflowParts> {
  return name.includes(':') ? workflowParts(name) : (await findEffect(oncely, name)).contract;
}
