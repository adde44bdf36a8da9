import type { Instant } from '../../base/index.ts';
import type { State } from '../state.ts';

/** Least time between two readings that confirm each other, in milliseconds. */
export const SETTLE_MS = 5_000;

/** Something was booked that the broker must show too: the account is read soon. */
export function readSoon({ at, reconcile }: State): void {
  const soon = (at + SETTLE_MS) as Instant;
  if (reconcile.due === null || reconcile.due > soon) reconcile.due = soon;
}
