import { canonical, type DateText } from '../base/index.ts';
import {
  type Effect,
  type Input,
  inputsOf,
  type JournalRecord,
  KINDS,
  newState,
  type Setup,
  step,
} from '../engine/index.ts';

/** The first place where code of now answers otherwise than the record. */
export interface Difference {
  /** The record, or the input's where the record lacks the effect. */
  readonly seq: number;
  readonly date: string;
  /** Canonical texts; null where there is no such effect. */
  readonly found: string | null;
  readonly wanted: string | null;
}

export interface Replayed {
  readonly inputs: number;
  readonly effects: number;
  readonly decisions: number;
  readonly orders: number;
  readonly difference: Difference | null;
}

/**
 * Steps again through the recorded inputs of a run, from its first record on, and compares every
 * effect byte for byte with the recorded one. Stops at the first difference, or after `until`.
 */
export function replayRun(
  setup: Setup,
  records: Iterable<JournalRecord>,
  until: DateText | null,
): Replayed {
  const state = newState(setup);
  const counts = { inputs: 0, effects: 0, decisions: 0, orders: 0 };
  for (const group of groupsOf(records)) {
    const effects: Effect[] = [];
    try {
      for (const input of group.inputs) effects.push(...step(setup, state, input));
    } catch (error) {
      const found = `the engine fails: ${error instanceof Error ? error.message : String(error)}`;
      const wanted = group.effects[0] === undefined ? null : canonical(group.effects[0].body);
      return { ...counts, difference: { seq: group.seq, date: state.date, found, wanted } };
    }
    if (until !== null && state.date > until) break;
    counts.inputs += group.inputs.length;
    const difference = compare(group, effects, state.date);
    if (difference !== null) return { ...counts, difference };
    count(counts, effects);
  }
  return { ...counts, difference: null };
}

interface Group {
  readonly seq: number;
  readonly inputs: readonly Input[];
  readonly effects: readonly { readonly seq: number; readonly body: unknown }[];
}

/** Each input record with the effects that follow it. */
function* groupsOf(records: Iterable<JournalRecord>): Generator<Group> {
  let seq = 0;
  let inputs: Input[] = [];
  let effects: { seq: number; body: unknown }[] = [];
  for (const record of records) {
    if (record.kind === KINDS.effect) {
      effects.push({ seq: record.seq, body: record.body });
      continue;
    }
    if (seq > 0) yield { seq, inputs, effects };
    seq = record.seq;
    inputs = [...inputsOf(record)];
    effects = [];
  }
  if (seq > 0) yield { seq, inputs, effects };
}

function compare(group: Group, effects: readonly Effect[], date: string): Difference | null {
  const longest = Math.max(effects.length, group.effects.length);
  for (let i = 0; i < longest; i++) {
    const recorded = group.effects[i];
    const wanted = recorded === undefined ? null : canonical(recorded.body);
    const effect = effects[i];
    const found = effect === undefined ? null : canonical(effect);
    if (found !== wanted) return { seq: recorded?.seq ?? group.seq, date, found, wanted };
  }
  return null;
}

function count(
  counts: { effects: number; decisions: number; orders: number },
  effects: readonly Effect[],
): void {
  counts.effects += effects.length;
  for (const { kind } of effects) {
    if (kind === 'decision') counts.decisions++;
    if (kind === 'submit') counts.orders++;
  }
}
