import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DateText, parseDate } from '../../src/base/index.ts';
import { backtestDesk } from '../../src/apps/backtest.ts';
import { loadDesk } from '../../src/apps/load.ts';
import { openDesk } from '../../src/apps/wire.ts';
import type { DecisionRecord, FillRecord } from '../../src/engine/index.ts';
import { historyOf } from './history.ts';
import type { DeskName } from './terms.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

/** What a run decided and did, to be compared with another on the same bars. */
export interface Course {
  readonly decisions: readonly DecisionRecord[];
  readonly fills: readonly FillRecord[];
}

interface Dates {
  readonly from: string;
  readonly to: string;
}

/** The example as a backtest. */
export async function backtested(desk: DeskName, { from, to }: Dates): Promise<Course> {
  const loaded = await loadDesk(join(EXAMPLES, desk));
  const dates = { from: parseDate(from), to: parseDate(to) };
  const { record } = await backtestDesk(loaded, { ...dates, keepAll: true });
  return record;
}

/** The example at its paper stage on recorded bars, in `folder`. */
export async function replayed(
  desk: DeskName,
  folder: string,
  dates: { from: string; to: string },
): Promise<Course> {
  cpSync(join(EXAMPLES, desk, 'desk.yaml'), join(folder, 'desk.yaml'));
  const loaded = await loadDesk(folder);
  const [from, to]: DateText[] = [parseDate(dates.from), parseDate(dates.to)];
  const observer = { taken: () => {} };
  const options = { stage: 'paper', speed: 'max', fresh: true, observer } as const;
  const opened = await openDesk(loaded, { ...options, from: from as DateText, to: to as DateText });
  try {
    await opened.runner.run('end');
  } finally {
    await opened.close();
  }
  return historyOf(folder);
}

/** A decision as far as the market decides it: the broker's fills and costs have no part in it. */
const lineOf = ({ date, at, action, targets, facts }: DecisionRecord, isDaily: boolean): string => {
  const cell = (facts as Record<string, unknown>)['cell'] ?? '';
  const weights = Object.entries(targets).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([isDaily ? date : at, action, cell, weights]);
};

const trades = ({ action }: DecisionRecord): boolean => action !== 'hold' && action !== 'warmup';

/** In what two courses differ, day by day; empty where they decided the same. */
export function differences(found: Course, wanted: Course, isDaily: boolean): string[] {
  const lines = ({ decisions }: Course) =>
    decisions.filter((one) => isDaily || trades(one)).map((one) => lineOf(one, isDaily));
  const [a, b] = [lines(found), lines(wanted)];
  const different: string[] = [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) different.push(`${a[i] ?? 'nothing'} in place of ${b[i] ?? 'nothing'}`);
  }
  return different;
}
