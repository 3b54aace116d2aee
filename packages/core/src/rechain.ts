import { sha256 } from './fingerprint.ts';
import type { AuditRow, Ledger, WriteAnswer, WriteCommand } from './ledger.ts';
import { appendEvents, type AuditBody } from './lifecycle/audit.ts';
import type { Draft } from './record.ts';

/**
 * Writes, and where the slot's record was once removed while its audit events stayed, goes on behind those: the chain of
 * a slot is one, however often its record began anew. Only a write that failed looks for them.
 */
export async function writeBehindHistory(ledger: Ledger, command: WriteCommand): Promise<WriteAnswer> {
  try {
    return await ledger.write(command);
  } catch (error) {
    const first = command.events[0];
    if (!first) throw error;
    const last = (await ledger.history(command.slot).catch(() => [])).at(-1);
    if (!last || last.sequence < first.sequence) throw error;
    // The first try may have been stored after all, and then those events are its own.
    const { row, at } = await ledger.read(command.slot);
    if ((row?.revision ?? 0) !== command.expect) return { kind: 'conflict', at, ...(row ? { row } : {}) };
    return ledger.write(behind(command, last));
  }
}

function behind(command: WriteCommand, last: AuditRow): WriteCommand {
  const draft = JSON.parse(command.doc) as Draft;
  const bodies = command.events.map(({ doc }) => {
    const {
      sequence: _sequence,
      previous: _previous,
      ...body
    } = JSON.parse(doc) as AuditBody & {
      sequence: number;
      previous: string;
    };
    return body as AuditBody;
  });
  const chained = appendEvents({ ...draft, chain: { sequence: last.sequence, hash: sha256(last.doc) } }, bodies);
  return { ...command, doc: JSON.stringify(chained.draft), events: chained.events };
}
