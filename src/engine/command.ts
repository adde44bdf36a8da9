import { unreachable } from '../base/index.ts';
import { isAtLeast } from '../risk/index.ts';
import type { CommandInput } from './input.ts';
import { takeApproval } from './approve/approve.ts';
import { takeFlatten } from './flatten/flatten.ts';
import { takeAnswer } from './reconcile/reconcile.ts';
import type { Setup } from './setup.ts';
import { alert, type BookState, type State } from './state.ts';
import { askCancel } from './wire.ts';

/** What a person asks: halts are latches, and only a named person releases them. */
export function takeCommand(setup: Setup, state: State, input: CommandInput): void {
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
      const order = state.orders.live.get(input.order);
      if (order !== undefined) askCancel(state, order, `asked by ${input.by}`);
      return;
    }
    case 'flatten':
      return takeFlatten(setup, state, input);
    case 'approve':
    case 'reject':
    case 'budget':
      return takeApproval(setup, state, input);
    case 'answer':
      return takeAnswer(setup, state, input);
    default:
      return unreachable(input);
  }
}
