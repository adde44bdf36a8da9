import type { Price } from '../base/index.ts';
import type { Applied, Order } from './order.ts';
import type { ExecutionId, Fill } from './report.ts';

/** What the broker told of an order beside plain executions. Plain JSON. */
export interface Evidence {
  /** The highest cumulative quantity told, by symbol. */
  readonly told: readonly Told[];
  /** Executions that no longer count as they were first told; oldest first. */
  readonly revised: readonly Revision[];
  /** What was alarmed and is not alarmed again. */
  readonly alarmed: readonly string[];
}

export interface Told {
  readonly symbol: string;
  readonly filled: number;
  readonly averagePrice: Price;
}

/** An execution taken back: `was` is null until it is told itself, `now` null for a bust. */
export interface Revision {
  readonly executionId: ExecutionId;
  readonly was: Fill | null;
  readonly now: Fill | null;
}

/** What a report did, while it is being found out. */
export type Outcome = { -readonly [Key in keyof Applied]: Applied[Key] };

export const NO_EVIDENCE: Evidence = { told: [], revised: [], alarmed: [] };
const ALARMED_MAX = 100; // of one order; beyond it an alarm is raised each time

/** `text` the first time that `key` is alarmed of this order, null after. */
export function alarmOnce(order: Order, key: string, text: string): string | null {
  const evidence = order.evidence ?? NO_EVIDENCE;
  const { alarmed } = evidence;
  if (alarmed.includes(key)) return null;
  const next = alarmed.length < ALARMED_MAX ? [...alarmed, key] : alarmed;
  order.evidence = { ...evidence, alarmed: next };
  return text;
}

/** Adds to what somebody must look at. */
export function tell(outcome: Outcome, text: string | null): void {
  if (text === null) return;
  outcome.alarm = outcome.alarm === null ? text : `${outcome.alarm}; ${text}`;
}

export const revisionsOf = ({ evidence }: Order, id: ExecutionId): readonly Revision[] =>
  evidence === null ? [] : evidence.revised.filter((one) => one.executionId === id);

/**
 * The same execution in the same terms. What was charged may be told later, and an order of one
 * symbol need not name it.
 */
export const isSameFill = (a: Fill | null | undefined, b: Fill): boolean =>
  a?.executionId === b.executionId &&
  a.quantity === b.quantity &&
  a.price === b.price &&
  (a.symbol === undefined || b.symbol === undefined || a.symbol === b.symbol);
