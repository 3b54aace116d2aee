import type { Effect, Oncely } from '@oncely/core';

type State = Effect['state'];

/** Every effect of the ledger in the order of slots, a page at a time; of one state, where one is named. */
export async function* everyEffect(
  oncely: Oncely,
  { state, after }: { readonly state?: State; readonly after?: string } = {},
): AsyncGenerator<Effect> {
  let cursor = after;
  for (;;) {
    const page: Awaited<ReturnType<Oncely['effects']['list']>> = await oncely.effects.list({
      limit: 200,
      ...(state === undefined ? {} : { state }),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    yield* page.effects;
    if (page.next === undefined) return;
    cursor = page.next;
  }
}
