import { randomUUID } from 'node:crypto';

import { workflowKeyOf } from '../contract.ts';
import { OncelyError } from '../errors.ts';
import { canonicalJson, sha256 } from '../fingerprint.ts';
import type { LedgerSession } from '../ledger-session.ts';
import type { Codec } from '../payload.ts';
import type { Run, Stored } from '../record.ts';
import type { ScopeFrame } from '../scope.ts';
import { checkpointsOf } from './reserved.ts';

export interface CheckpointOptions {
  /** Keeps the state itself too, sealed by the codec where there is one. Default: its hash alone. */
  readonly keep?: boolean;
}

/** That a run had come to a named place, and in which state. */
export interface Checkpoint {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the canonical JSON (RFC 8785) of the state. */
  readonly hash: string;
}

/** A checkpoint as the ledger keeps it. */
export interface StoredCheckpoint extends Checkpoint {
  readonly run?: Run;
  readonly state?: Stored;
}

/**
 * Stores the hash of where this run of the scope is, for the audit, in one round trip; what is claimed from here on is
 * tied to it.
 */
export type MakeCheckpoint = (name: string, state: unknown, options?: CheckpointOptions) => Promise<Checkpoint>;

export function checkpointing(
  session: LedgerSession,
  codec: Codec | undefined,
): (frameOf: () => ScopeFrame) => MakeCheckpoint {
  return (frameOf) => async (name, state, options) => checkpoint(session, codec, frameOf(), name, state, options);
}

/**
 * A state that few others are possible beside can be guessed from its hash.
 */
async function checkpoint(
  session: LedgerSession,
  codec: Codec | undefined,
  frame: ScopeFrame,
  name: string,
  state: unknown,
  { keep = false }: CheckpointOptions = {},
): Promise<Checkpoint> {
  if (typeof name !== 'string' || name === '') {
    throw new OncelyError('invalid_input', { message: 'a checkpoint needs a name: where in the work this is.' });
  }
  const plain = canonicalJson(state);
  const point: Checkpoint = { id: randomUUID(), name, hash: sha256(plain) };
  const run = runOf(frame);
  const slot = `${checkpointsOf(workflowKeyOf(frame.scope))}:${point.id}`;
  const stored: StoredCheckpoint = {
    ...point,
    ...(Object.keys(run).length === 0 ? {} : { run }),
    ...(keep
      ? {
          state: codec
            ? { kind: 'sealed', body: await codec.seal(plain, { slot, kind: 'value' }) }
            : { kind: 'plain', body: plain },
        }
      : {}),
  };
  await session.info();
  await session.write(
    { slot, expect: 0, doc: JSON.stringify(stored), index: { state: 'checkpoint' }, events: [] },
    2_000,
  );
  frame.checkpoint = { id: point.id, hash: point.hash };
  return point;
}

/** Which run of the caller's a scope's effects belong to. */
export function runOf({ scope, checkpoint: reached }: ScopeFrame): Run {
  const { correlationId, traceparent } = scope;
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(traceparent === undefined || !isTraceparent(traceparent) ? {} : { traceparent }),
    ...(reached === undefined ? {} : { checkpoint: reached }),
  };
}

/** https://www.w3.org/TR/trace-context/: what is none is left out, since no effect should fail for its trace. */
function isTraceparent(text: string): boolean {
  return /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}/.test(text) && text.length <= 256;
}
