import { assert } from '../base/index.ts';
import { type BarRow, type BarView, RowView } from '../market/index.ts';
import type { Input } from './input.ts';

type WithBars = Extract<Input, { bars: readonly BarView[] }>;

const hasBars = (input: Input): input is WithBars =>
  input.kind === 'bars' || input.kind === 'observation';

/** An input as the journal keeps it: plain JSON, bars as exact rows. */
export function encodeInput(input: Input): unknown {
  if (!hasBars(input)) return input;
  return { ...input, bars: input.bars.map(rowOf) };
}

function rowOf(bar: BarView): BarRow {
  assert(bar instanceof RowView, 'A bar that is journaled stands still');
  return bar.row;
}

/** The input that `encodeInput` wrote. */
export function decodeInput(body: unknown): Input {
  const input = body as Input;
  if (!hasBars(input)) return input;
  const rows = input.bars as unknown as readonly BarRow[];
  const provisional = input.kind === 'observation';
  return { ...input, bars: rows.map((row) => new RowView(row, provisional)) } as Input;
}
