import type { Fact } from './adapter.ts';
import type { Effect } from './effect.ts';
import type { Origin } from './perform.ts';

/** What the vendor says now of what an approval names; it never rejects, since nothing rests on it. */
export async function factsFor(
  { originOf }: { readonly originOf: (client: string, account: string) => Origin | undefined },
  { approval, client, account, operation }: Effect,
  at: number,
): Promise<{ readonly at: number; readonly facts: readonly Fact[]; readonly problem?: string }> {
  const { preview } = approval ?? {};
  if (typeof preview !== 'object' || preview === null)
    return { at, facts: [], problem: 'nothing is shown of its input' };
  const origin = originOf(client, account);
  if (!origin)
    return { at, facts: [], problem: `no client named "${client}" was given to createOncely in this process` };
  const parameters = Object.fromEntries(
    Object.entries(preview).filter(([name]) => !/^\$(summary|written|changed)$/.test(name)),
  );
  try {
    return { at, facts: (await origin.connection.facts?.({ operation, parameters, account })) ?? [] };
  } catch (error) {
    return { at, facts: [], problem: error instanceof Error ? error.message : String(error) };
  }
}
