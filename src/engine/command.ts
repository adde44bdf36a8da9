import { unreachable } from '../base/index.ts';
import { applyReport } from '../orders/index.ts';
import { isAtLeast } from '../risk/index.ts';
import type { CommandInput } from './input.ts';
import { alert, type BookState, type State } from './state.ts';

/** What a person asks: halts are latches, and only a named person releases them. */
export function takeCommand(state: State, input: CommandInput): void {
  switch (input.command) {
    case 'halt':
      if (isAtLeast(state.halt, input.level)) return;
      state.halt = input.level;
      state.haltReason = `${input.by}: ${input.reason}`;
      alert(state, 'HIGH', 'halted', `Halted to ${input.level} by ${input.by}: ${input.reason}`);
      return;
    case 'resume':
      alert(state, 'HIGH', 'resumed', `Resumed from ${state.halt} by ${input.by}: ${input.reason}`);
      state.halt = 'NONE';
      state.haltReason = null;
      return;
    case 'resumeBook': {
      const book = state.books[input.book] as BookState;
      book.stopped = null;
      alert(state, 'HIGH', 'resumed', `Book "${book.setup.name}" resumed by ${input.by}`);
      return;
    }
    case 'cancel': {
      const { order, at } = input;
      if (!state.orders.live.has(order)) return;
      applyReport(state.orders, { kind: 'cancelRequested', order, at });
      state.effects.push({ kind: 'cancel', order, reason: `asked by ${input.by}` });
      return;
    }
    default:
      return unreachable(input);
  }
}
