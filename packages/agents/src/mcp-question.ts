import type { ApprovalAnswer, ApprovalQuestion } from './approvals.ts';

/** A form that an MCP client shows to its user (`elicitation/create`). */
export interface McpForm {
  readonly mode: 'form';
  readonly message: string;
  readonly requestedSchema: {
    readonly type: 'object';
    readonly properties: {
      readonly approve: { readonly type: 'boolean'; readonly title: string };
      readonly reason: { readonly type: 'string'; readonly title: string };
    };
    readonly required: ['approve'];
  };
}

/** A question as a form. */
export function formOf({ text, preview }: ApprovalQuestion): McpForm {
  return {
    mode: 'form',
    message: preview === null ? text : `${text}\n${JSON.stringify(preview)}`,
    requestedSchema: {
      type: 'object',
      properties: {
        approve: { type: 'boolean', title: 'Approve exactly this' },
        reason: { type: 'string', title: 'Why, for whoever asked' },
      },
      required: ['approve'],
    },
  };
}

/** What a form came back with; `undefined` where the user closed it, so that the question stays open. */
export function answerIn({ effect, fingerprint }: ApprovalQuestion, reply: unknown): ApprovalAnswer | undefined {
  const { action, content } = (reply ?? {}) as { action?: unknown; content?: { approve?: unknown; reason?: unknown } };
  const said = typeof content?.reason === 'string' ? content.reason.trim() : '';
  const why = said === '' ? {} : { reason: said };
  if (action === 'decline') return { approved: false, effect, fingerprint, ...why };
  if (action !== 'accept' || typeof content?.approve !== 'boolean') return undefined;
  return { approved: content.approve, effect, fingerprint, ...why };
}

/** Ends a call with the question in place of a result, for a client that answers by calling again. */
export class FormNeeded extends Error {
  readonly question: ApprovalQuestion;
  constructor(question: ApprovalQuestion) {
    super('a person has to answer first');
    this.question = question;
  }
}
