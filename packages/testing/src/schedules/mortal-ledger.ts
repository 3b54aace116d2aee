import { OncelyError, type Ledger } from '@oncely/core';

/** What becomes of one command to the ledger. `dies`: the process that gave it never goes on. */
export type CommandFate = 'ok' | 'lost_before' | 'lost_after' | 'dies_before' | 'dies_after';

/** A process's line to the ledger, which can fail, and on which the process can die at any command. */
export function mortalLedger(ledger: Ledger, fateOf: () => CommandFate, onDeath: () => void): Ledger {
  let dead = false;
  const never = <T>(): Promise<T> => new Promise(() => undefined);
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) return never();
    const fate = fateOf();
    if (fate === 'dies_before' || fate === 'dies_after') {
      dead = true;
      if (fate === 'dies_after') await work();
      onDeath();
      return never();
    }
    if (fate === 'lost_before') throw lineCut();
    const answer = await work();
    if (fate === 'lost_after') throw lineCut();
    return answer;
  };
  return {
    ...ledger,
    write: (command) => call(() => ledger.write(command)),
    read: (slot) => call(() => ledger.read(slot)),
  };
}

function lineCut(): OncelyError {
  return new OncelyError('ledger_unavailable', { message: 'the line was cut' });
}
