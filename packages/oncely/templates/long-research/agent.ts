import { makeOncely, oncely } from './oncely.config.ts';

/** One question, with its period: next month's is another case. */
export interface Question {
  readonly id: string;
  readonly text: string;
  readonly channel: string;
}

/**
 * Steps that take minutes. Each is a value: a run that begins again takes it from the ledger, and asks no model twice.
 * The one write comes last and is made of values alone, so that every run means the same.
 */
export async function research(question: Question, app: ReturnType<typeof makeOncely> = oncely): Promise<string> {
  const { slack } = app.clients;
  return app.scope({ businessId: question.id, workflowId: 'research' }, async () => {
    const sources = await app.value('plan', () => plan(question));
    const notes: string[] = [];
    for (const source of sources) notes.push(await app.value(`read:${source}`, () => read(source)));
    const report = await app.value('report', () => write(question, notes));
    const posted = await app.effect('publish', { expect: 'slack.chat.postMessage' }, () =>
      slack.chat.postMessage({ channel: question.channel, text: report }),
    );
    return posted.ts ?? '';
  });
}

// Put your models here. They answer otherwise each time that they are asked, as these do.

async function plan({ text }: Question): Promise<string[]> {
  return [`prices of ${text}`, `news of ${text}`];
}

async function read(source: string): Promise<string> {
  return `${source}: ${Math.random()}`;
}

async function write({ text }: Question, notes: readonly string[]): Promise<string> {
  return `${text}, seen at ${new Date().toISOString()}: ${notes.join('; ')}`;
}

/** What the gates run. */
export async function agent(): Promise<string> {
  return research({ id: 'tea_2026-06', text: 'tea', channel: 'C0RESEARCH' });
}
