import { BadInput } from '../base/index.ts';
import { type BarRow, RowView } from '../market/index.ts';
import { decodeInput, encodeInput } from './codec.ts';
import type { Effect } from './effect.ts';
import type { Input } from './input.ts';
import type { Entry, JournalRecord } from './ports.ts';
import type { Setup } from './setup.ts';
import { restoreState } from './snapshot.ts';
import { newState, type State } from './state.ts';
import { step } from './step.ts';

/** Kinds of journal records. */
export const KINDS = { input: 'input', effect: 'effect', segment: 'segment' } as const;

/**
 * Many bars of one series without effects, one record.
 * A row is at, day, open, high, low, close, volume.
 */
export interface Segment {
  readonly symbol: string;
  readonly series: number;
  readonly rows: readonly (readonly (number | null)[])[];
}

/** The inputs of a record, in order; none for an effect. */
export function* inputsOf(record: Pick<JournalRecord, 'kind' | 'body' | 'seq'>): Generator<Input> {
  if (record.kind === KINDS.input) yield decodeInput(record.body);
  else if (record.kind === KINDS.segment) yield* segmentInputs(record.body as Segment);
  else if (record.kind !== KINDS.effect) {
    throw new BadInput(`Journal record ${record.seq} is of unknown kind "${record.kind}"`);
  }
}

function* segmentInputs(segment: Segment): Generator<Input> {
  const { symbol, series, rows } = segment;
  for (const [at, day, open, high, low, close, volume] of rows) {
    const row = { symbol, at, day, open, high, low, close, volume } as BarRow;
    const bars = [new RowView(row)];
    yield { kind: 'bars', at: row.at, bars, series: [series], decide: 'every-bar' };
  }
}

/**
 * The state after `records`, from `snapshot` where there is one. `onInput` gets each input with its
 * effects.
 */
export function foldRecords(
  setup: Setup,
  records: Iterable<JournalRecord>,
  snapshot?: { readonly state: string },
  onInput?: (input: Input, effects: readonly Effect[], record: JournalRecord, state: State) => void,
): State {
  const state = snapshot ? restoreState(setup, snapshot.state) : newState(setup);
  for (const record of records) {
    if (record.kind === KINDS.effect) continue;
    for (const input of inputsOf(record)) {
      const effects = step(setup, state, input);
      onInput?.(input, effects, record, state);
    }
  }
  return state;
}

/** The records of one input and what it asked for, in order: one durable group. */
export function entriesOf(input: Input, effects: readonly Effect[]): Entry[] {
  const { at } = input;
  const told = effects.map((effect): Entry => ({ at, kind: KINDS.effect, body: effect }));
  return [{ at, kind: KINDS.input, body: encodeInput(input) }, ...told];
}
