import { channel } from 'node:diagnostics_channel';

/** What is published on the diagnostics channel `oncely:effect`: names and ids, never input or results. */
export interface EffectEvent {
  readonly type:
    | 'claimed'
    | 'settled'
    | 'replayed'
    | 'refused'
    | 'probed'
    | 'diverged'
    | 'not_recorded'
    | 'observed'
    | 'twin';
  readonly slot: string;
  readonly operation: string;
  readonly detail?: string;
  readonly correlationId?: string;
}

const effects = channel('oncely:effect');

/** Publishes to whoever subscribed; costs nothing where nobody did. */
export function publish(event: EffectEvent): void {
  if (effects.hasSubscribers) effects.publish(event);
}
