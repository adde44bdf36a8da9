import { dayNumber, type Instant, type Price } from '../../base/index.ts';
import { sessionsBetween } from '../../market/index.ts';
import type { Order } from '../../orders/index.ts';
import type { ExitReason, Guard } from './guard.ts';
import type { State } from '../state.ts';
import type { WatchPolicy } from './policy.ts';

/**
 * How many marks in a row vouch for `price`: 0 while it is suspect, which is when it is too far
 * from the last proven one. Suspect marks that stay near each other, for `confirmMs` and at least
 * `confirmTicks` of them, are the market after all: a spike is not, a crash is (F042).
 */
export function vouch(guard: Guard, price: Price, at: Instant, policy: WatchPolicy): number {
  const { badTickPct, confirmTicks, confirmMs } = policy;
  if (isNear(price, guard.reference, badTickPct)) {
    guard.suspect = null;
    guard.reference = price;
    return 1;
  }
  const { suspect } = guard;
  if (suspect === null || !isNear(price, suspect.price, 2 * badTickPct)) {
    guard.suspect = { price, at, ticks: 1 };
    return 0;
  }
  suspect.price = price;
  suspect.ticks++;
  if (suspect.ticks < confirmTicks || at - suspect.at < confirmMs) return 0;
  guard.suspect = null;
  guard.reference = price;
  return suspect.ticks;
}

const isNear = (price: number, to: number, pct: number): boolean =>
  Math.abs(price - to) * 100 <= to * pct;

/**
 * Why the position is to be closed at the proven price, once enough marks in a row say so; null
 * before. What works at the broker is left to it.
 */
export function confirmedReason(
  state: State,
  guard: Guard,
  vouchers: number,
  policy: WatchPolicy,
): ExitReason | null {
  const reason = reasonAt(state, guard, policy);
  if (reason === null) {
    guard.breach = null;
    return null;
  }
  if (guard.breach?.reason === reason) guard.breach.ticks += vouchers;
  else guard.breach = { reason, ticks: vouchers };
  return guard.breach.ticks >= policy.confirmTicks ? reason : null;
}

function reasonAt(state: State, guard: Guard, policy: WatchPolicy): ExitReason | null {
  const { stopPrice, targetPrice, reference, quantity, basis } = guard;
  const sign = Math.sign(quantity);
  const rests = (id: Guard['stop']) =>
    isWorking(id === null ? undefined : state.orders.live.get(id));
  if (stopPrice !== null && sign * (reference - stopPrice) <= 0 && !rests(guard.stop))
    return 'stop';
  if (targetPrice !== null && sign * (reference - targetPrice) >= 0 && !rests(guard.target)) {
    return 'target';
  }
  return isTooOld(state, guard, policy, sign * (reference - basis) < 0) ? 'holdTime' : null;
}

const isWorking = (order: Order | undefined): boolean => order?.status === 'working';

function isTooOld(state: State, { since }: Guard, policy: WatchPolicy, atLoss: boolean): boolean {
  const { holdDaysMax, holdDaysMaxAtLoss } = policy;
  const most = Math.min(
    holdDaysMax ?? Number.POSITIVE_INFINITY,
    atLoss ? (holdDaysMaxAtLoss ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
  );
  // Sessions are no more than days: most looks end here.
  if (!(dayNumber(state.date) - dayNumber(since) > most)) return false;
  return sessionsBetween(since, state.date).length - 1 > most;
}
