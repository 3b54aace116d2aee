import type { Step, WriteStep } from './command.ts';
import type { Concrete } from './subject.ts';

/** Turns the steps of one run into commands, by what the reference has stored so far. */
export interface Run {
  concrete(step: Step): Concrete;
  /** Takes in what the reference answered. */
  learn(command: Concrete, answer: unknown): void;
}

export function startRun(serial: number): Run {
  // In the order of runs, so that a listing behind it meets no earlier run.
  const run = `r${String(serial).padStart(6, '0')}`;
  const revisions = new Map<string, number>();
  const sequences = new Map<string, number>();

  const expectOf = (name: string, expect: WriteStep['expect']): number => {
    const right = revisions.get(name) ?? 0;
    if (expect === 'right') return right;
    return expect === 'higher' ? right + 1 : Math.max(0, right - 1);
  };

  const write = (step: WriteStep): (Concrete & { kind: 'writes' })['commands'][number] => {
    const slot = `${run}${step.slot}`;
    const last = sequences.get(slot) ?? 0;
    const numbers = {
      none: [],
      one: [last + 1],
      two: [last + 1, last + 2],
      repeated: [last + 1, Math.max(1, last)],
      twice: [last + 1, last + 1],
      gap: [last + 3],
    }[step.events];
    return {
      slot,
      expect: expectOf(slot, step.expect),
      doc: step.doc,
      index: {
        state: step.state,
        ...{ never: {}, now: { dueAfterMs: 0 }, later: { dueAfterMs: 3_600_000 } }[step.due],
      },
      events: numbers.map((sequence, at) => ({ sequence, doc: `${step.doc} ${at}` })),
      ...(step.guard === 'none' ? {} : { guard: step.guard }),
    };
  };

  return {
    concrete: (step) => {
      switch (step.kind) {
        case 'write':
          return { kind: 'writes', commands: [write(step)] };
        case 'burst':
          return { kind: 'writes', commands: step.writes.map(write) };
        case 'read':
        case 'history':
          return { kind: step.kind, slot: `${run}${step.slot}` };
        case 'list':
          return {
            ...step,
            after: `${run}${step.after ?? ''}`,
            ...(step.workflow === undefined ? {} : { workflow: `${run}${step.workflow}` }),
          };
        case 'write_workflow': {
          const workflow = `${run}${step.workflow}`;
          return { ...step, workflow, expect: expectOf(workflow, step.expect), doc: step.expect };
        }
        case 'read_workflow':
          return { kind: step.kind, workflow: `${run}${step.workflow}` };
        case 'open':
        case 'suspect':
          return step;
      }
    },
    learn: (command, answer) => {
      if (command.kind === 'write_workflow') {
        const { kind, revision = 0 } = answer as Written;
        if (kind === 'written') revisions.set(command.workflow, revision);
      }
      if (command.kind !== 'writes') return;
      for (const [at, { slot, events }] of command.commands.entries()) {
        const { kind, revision = 0 } = (answer as Written[])[at] ?? {};
        if (kind !== 'written') continue;
        revisions.set(slot, revision);
        sequences.set(slot, Math.max(sequences.get(slot) ?? 0, ...events.map(({ sequence }) => sequence)));
      }
    },
  };
}

interface Written {
  readonly kind?: string;
  readonly revision?: number;
}
