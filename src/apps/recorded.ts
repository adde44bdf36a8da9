import {
  type DecisionRecord,
  type Effect,
  type EquityPoint,
  type FillRecord,
  type Journal,
  KINDS,
} from '../engine/index.ts';

/** What the journal of a run tells people: decisions, fills, each day's equity, alerts. */
export interface Recorded {
  readonly decisions: DecisionRecord[];
  readonly fills: FillRecord[];
  readonly equity: EquityPoint[];
  readonly alerts: Extract<Effect, { kind: 'alert' }>[];
  readonly refusals: Extract<Effect, { kind: 'refused' }>[];
  readonly plans: Extract<Effect, { kind: 'planned' }>[];
  readonly orders: number;
}

/** Collects the effects a journal has, oldest first. */
export function recordedIn(journal: Pick<Journal, 'ofKind'>): Recorded {
  const lists = { decisions: [], fills: [], equity: [], alerts: [], refusals: [], plans: [] };
  const recorded: { -readonly [Key in keyof Recorded]: Recorded[Key] } = { ...lists, orders: 0 };
  for (const { body } of journal.ofKind(KINDS.effect)) {
    const effect = body as Effect;
    if (effect.kind === 'decision') recorded.decisions.push(effect.record);
    else if (effect.kind === 'fill') recorded.fills.push(effect.record);
    else if (effect.kind === 'equity') recorded.equity.push(effect.point);
    else if (effect.kind === 'alert') recorded.alerts.push(effect);
    else if (effect.kind === 'refused') recorded.refusals.push(effect);
    else if (effect.kind === 'planned') recorded.plans.push(effect);
    else if (effect.kind === 'submit') recorded.orders++;
  }
  return recorded;
}
