import { BrokenPromise, unreachable } from '../base/index.ts';
import { takeAccount } from './account.ts';
import { takeActivity } from './activity.ts';
import { takeBars } from './bars.ts';
import { takeClose, takeMissed, takeStart } from './day.ts';
import { takeCommand } from './command.ts';
import type { Effect } from './effect.ts';
import type { BarsInput, Input } from './input.ts';
import { takeObservation, takeSlot } from './observation.ts';
import { takeReport } from './reports.ts';
import { takeSignal } from './signals.ts';
import type { Setup } from './setup.ts';
import type { State } from './state.ts';
import { cancelOverdue } from './work.ts';

const NOTHING: readonly Effect[] = [];

/**
 * The one function that is the system: takes `input` into `state`, in place, and returns what it
 * asks of the world, in order. The same state and input always give the same state and effects.
 * Inputs come in the order of their instants; throws when one lies before the newest.
 */
export function step(setup: Setup, state: State, input: Input): readonly Effect[] {
  if (!(input.at >= state.at)) throw new BrokenPromise(pastText(state, input));
  state.at = input.at;
  state.inputs++;
  if (state.effects.length > 0) state.effects = [];
  // Bars come by the million, all else by the day.
  if (input.kind === 'bars') takeBars(setup, state, input);
  else dispatch(setup, state, input);
  if (state.orders.live.size > 0) cancelOverdue(setup, state);
  return state.effects.length === 0 ? NOTHING : state.effects;
}

const pastText = (state: State, input: Input): string =>
  `Input "${input.kind}" at "${input.at}" is not at or after "${state.at}"`;

function dispatch(setup: Setup, state: State, input: Exclude<Input, BarsInput>): void {
  switch (input.kind) {
    case 'report':
      return takeReport(setup, state, input.report);
    case 'slot':
      return takeSlot(setup, state, input);
    case 'observation':
      return takeObservation(setup, state, input);
    case 'missed':
      return takeMissed(state, input);
    case 'signal':
      return takeSignal(state, input);
    case 'close':
      return takeClose(setup, state, input);
    case 'account':
      return takeAccount(state, input);
    case 'activity':
      return takeActivity(state, input);
    case 'command':
      return takeCommand(state, input);
    case 'start':
      return takeStart(state, input);
    case 'time':
      return undefined;
    default:
      return unreachable(input);
  }
}
