import type { Instant } from '../base/index.ts';
import type { BarsInput } from '../engine/index.ts';
import { type BarRow, RowView } from '../market/index.ts';

/** Index of a symbol's series in the setup. */
export type SeriesIndex = ReadonlyMap<string, number>;

/**
 * Rows as inputs, in their order: bars of one instant go in together, no series twice. None is
 * dated before `since`, the newest instant that was taken.
 */
export function barInputs(
  index: SeriesIndex,
  rows: readonly BarRow[],
  decide: BarsInput['decide'],
  since: Instant,
): BarsInput[] {
  const inputs: BarsInput[] = [];
  for (let start = 0, end = 0; start < rows.length; start = end) {
    end = endOfGroup(rows, start);
    const group = rows.slice(start, end);
    inputs.push({
      kind: 'bars',
      at: Math.max(group[0]?.at ?? 0, since) as Instant,
      bars: group.map((row) => new RowView(row)),
      series: group.map((row) => index.get(row.symbol) as number),
      decide,
    });
  }
  return inputs;
}

function endOfGroup(rows: readonly BarRow[], start: number): number {
  const first = rows[start];
  let end = start + 1;
  while (end < rows.length && rows[end]?.at === first?.at && rows[end]?.symbol !== first?.symbol) {
    end++;
  }
  return end;
}
