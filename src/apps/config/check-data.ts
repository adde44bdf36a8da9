import { type Checking, checkPair, keysAt, numberAt, refuse, valueAt } from './check.ts';
import { symbolProblem } from './field.ts';
import type { KeyPath } from './node.ts';

/** Rules of the data: symbols, funds that lead to a series, seeds that differ. */
export function checkData(checking: Checking): void {
  const seeds = new Map<number, string>();
  for (const symbol of keysAt(checking.plain, ['data'])) {
    const problem = symbolProblem(symbol);
    const path = ['data', symbol];
    if (problem) refuse(checking, path, { ...problem, found: JSON.stringify(symbol), atKey: true });
    checkFund(checking, symbol);
    checkInvented(checking, [...path, 'synthetic']);
    const seed = valueAt(checking.plain, [...path, 'synthetic', 'seed']);
    if (typeof seed !== 'number') continue;
    const twin = seeds.get(seed);
    if (twin === undefined) seeds.set(seed, symbol);
    else {
      const wanted = `another seed than that of "${twin}": the two would move as one`;
      refuse(checking, [...path, 'synthetic', 'seed'], { wanted });
    }
  }
}

/** A fund is of a symbol that `data` has, and not of itself by any way round. */
function checkFund(checking: Checking, symbol: string): void {
  const path = ['data', symbol, 'synthetic', 'of'];
  const of = valueAt(checking.plain, path);
  if (typeof of !== 'string' || symbolProblem(of)) return;
  if (!keysAt(checking.plain, ['data']).includes(of)) {
    refuse(checking, path, { wanted: 'a symbol that "data" has' });
  } else if (seriesOf(checking.plain, symbol) === undefined) {
    refuse(checking, path, { wanted: 'a symbol that is not made of this one' });
  }
}

function checkInvented(checking: Checking, path: KeyPath): void {
  const [from, to] = ['from', 'to'].map((key) => valueAt(checking.plain, [...path, key]));
  if (typeof from === 'string' && typeof to === 'string' && from >= to) {
    refuse(checking, [...path, 'to'], { wanted: 'a date after "from"' });
  }
  const timeframe = valueAt(checking.plain, [...path, 'timeframe']);
  if (typeof timeframe === 'string' && /^\d+s$/.test(timeframe)) {
    refuse(checking, [...path, 'timeframe'], { wanted: 'at least "1m" for invented prices' });
  }
  const bounds = [...path, 'between'];
  checkPair(checking, bounds);
  const [low, high] = [0, 1].map((end) => numberAt(checking.plain, [...bounds, end]));
  const start = numberAt(checking.plain, [...path, 'start']) ?? 100;
  if (low === undefined || high === undefined || low > high) return;
  if (start >= low && start <= high) return;
  const isWritten = valueAt(checking.plain, [...path, 'start']) !== undefined;
  if (isWritten) refuse(checking, [...path, 'start'], { wanted: 'a level within "between"' });
  else refuse(checking, bounds, { wanted: 'two levels with "start" (100) between them' });
}

/** The symbol whose bars a fund follows in the end; undefined where they go round in a circle. */
function seriesOf(plain: unknown, symbol: string): string | undefined {
  const seen = new Set<string>();
  for (let at = symbol; ;) {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const of = valueAt(plain, ['data', at, 'synthetic', 'of']);
    if (typeof of !== 'string') return at;
    at = of;
  }
}

/** How long a bar of a symbol's data is; undefined where the desk does not say it properly. */
export function timeframeOf(plain: unknown, symbol: string): string | undefined {
  const series = seriesOf(plain, symbol);
  const entry = series === undefined ? undefined : valueAt(plain, ['data', series]);
  if (entry === undefined) return undefined;
  const places: KeyPath[] = [['timeframe'], ['synthetic', 'timeframe'], ['store', 'timeframe']];
  const said = places.map((path) => valueAt(entry, path)).find((found) => found !== undefined);
  if (said === undefined) return '1d';
  return typeof said === 'string' ? said : undefined;
}
