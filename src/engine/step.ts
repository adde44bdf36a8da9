import { BrokenPromise, type Instant, unreachable } from '../base/index.ts';
import { approvalWakeAt, tendApprovals } from './approve/approve.ts';
import { takeActivity } from './activity/activity.ts';
import { takeBars } from './bars.ts';
import { goOn, takeClose, takeMissed, takeStart } from './day.ts';
import { takeCommand } from './command.ts';
import type { Effect } from './effect.ts';
import { flattenAccount, flattenWakeAt, tendFlatten } from './flatten/flatten.ts';
import type { AccountInput, BarsInput, Input, WatermarkInput } from './input.ts';
import { takeObservation, takeQuotes, takeSlot } from './observation.ts';
import {
  isReconciled,
  reconcileWakeAt,
  takeAccount,
  tendReconcile,
} from './reconcile/reconcile.ts';
import { takeReport } from './reports.ts';
import { takeSignal } from './signals.ts';
import type { Setup } from './setup.ts';
import { alert, type State } from './state.ts';
import { tendWatch, watchWakeAt } from './watch/watch.ts';
import { takeWatermark, tendWire, wireWakeAt } from './wire.ts';
import { cancelOverdue, overdueAt } from './work.ts';

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
  if (state.flatten !== null) tendFlatten(setup, state);
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
      return readAccount(setup, state, input);
    case 'activity':
      return takeActivity(setup, state, input);
    case 'command':
      return takeCommand(setup, state, input);
    case 'start':
      return takeStart(setup, state, input);
    case 'watermark':
      return watermark(setup, state, input);
    case 'time':
      return tend(setup, state);
    case 'quotes':
      return takeQuotes(setup, state, input);
    case 'notice':
      return alert(state, input.severity, input.code, input.text);
    default:
      return unreachable(input);
  }
}

function readAccount(setup: Setup, state: State, input: AccountInput): void {
  const before = isReconciled(state);
  takeAccount(setup, state, input);
  if (!before && isReconciled(state)) goOn(setup, state);
  if (state.flatten !== null) flattenAccount(setup, state, input.account);
}

function watermark(setup: Setup, state: State, input: WatermarkInput): void {
  const ended = takeWatermark(setup, state, input);
  if (ended !== null) takeReport(setup, state, ended);
}

/** Time passed: whatever waited for it is done. */
function tend(setup: Setup, state: State): void {
  for (const report of tendWire(setup, state)) takeReport(setup, state, report);
  tendApprovals(setup, state);
  tendReconcile(setup, state);
  tendWatch(setup, state);
}

/** When time alone brings the next thing to do, or null: a `time` input is wanted then. */
export function wakeAt(setup: Setup, state: State): Instant | null {
  let next = Number.POSITIVE_INFINITY;
  for (const at of [
    overdueAt(setup, state),
    wireWakeAt(setup, state),
    approvalWakeAt(setup, state),
    reconcileWakeAt(setup, state),
    watchWakeAt(setup, state),
    flattenWakeAt(setup, state),
  ]) {
    if (at !== null && at < next) next = at;
  }
  return Number.isFinite(next) ? (next as Instant) : null;
}
