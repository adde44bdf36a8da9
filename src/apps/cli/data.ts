import { checkBars, formatCheck, loadBars, openStore } from '../../adapters/data/index.ts';
import { canonical, instant } from '../../base/index.ts';
import type { Adjustment, Timeframe } from '../../market/index.ts';
import { UsageError } from '../load.ts';
import { EXIT } from './exit.ts';
import { say, table } from './print.ts';

interface SeriesOptions {
  readonly symbol?: string;
  readonly timeframe?: string;
  readonly adjustment: string;
  readonly source?: string;
  readonly root: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

const ADJUSTMENTS: readonly string[] = ['raw', 'splits', 'all'];

function seriesOf(options: SeriesOptions) {
  const { symbol, timeframe, adjustment, source } = options;
  if (symbol === undefined) throw new UsageError('--symbol is needed for files');
  if (!ADJUSTMENTS.includes(adjustment)) {
    throw new UsageError(`--adjustment "${adjustment}": wanted raw, splits or all`);
  }
  return {
    symbol,
    adjustment: adjustment as Adjustment,
    ...(timeframe === undefined ? {} : { timeframe: timeframe as Timeframe }),
    ...(source === undefined ? {} : { source }),
  };
}

/** `plimsoll data import`: all files, or none. */
export async function importFiles(
  files: readonly string[],
  options: SeriesOptions,
): Promise<undefined> {
  const series = [];
  for (const file of files) series.push(await loadBars(file, seriesOf(options)));
  const importedAt = instant(Date.now());
  const replace = options.replace === true;
  const done = await openStore(options.root).importBars(series, { importedAt, replace });
  if (options.json) return print({ imported: done });
  for (const one of done) {
    const counts = `${one.added} added, ${one.kept} kept, ${one.replaced} replaced`;
    const series = `${one.symbol} ${one.timeframe} ${one.source}/${one.adjustment}`;
    say(`${series}: ${counts}, ${one.length} rows`);
    say(`  ${one.path}`);
  }
  return undefined;
}

const print = (value: unknown): undefined => {
  say(canonical(JSON.parse(JSON.stringify(value))));
  return undefined;
};

/** `plimsoll data list`. */
export async function list(options: { root: string; json?: boolean }): Promise<undefined> {
  const all = openStore(options.root).list();
  if (options.json) return print({ series: all });
  if (all.length === 0)
    say(`Nothing in "${options.root}" yet; "plimsoll data import" takes files in`);
  const rows = all.map((one) =>
    one.state === 'damaged'
      ? ['-', '-', '-', '-', one.problem, one.path]
      : [
          one.meta.symbol,
          one.meta.timeframe,
          one.meta.source,
          one.meta.adjustment,
          `${one.meta.length}`,
          one.path,
        ],
  );
  const head = ['Symbol', 'Timeframe', 'Source', 'Adjusted', 'Rows', 'File'];
  if (rows.length > 0) for (const line of table(head, rows)) say(line);
  return undefined;
}

/** `plimsoll data check`: of files, or of the whole store. Fails when a series has errors. */
export async function checkData(files: readonly string[], options: SeriesOptions): Promise<number> {
  const store = openStore(options.root);
  const checks = [];
  for (const file of files) checks.push(checkBars(await loadBars(file, seriesOf(options))));
  if (files.length === 0) {
    for (const one of store.list()) {
      if (one.state === 'damaged') throw new UsageError(`"${one.path}" is damaged: ${one.problem}`);
      const { symbol, timeframe, source, adjustment } = one.meta;
      checks.push(checkBars(await store.load({ symbol, timeframe, source, adjustment })));
    }
  }
  if (options.json) print({ checks });
  else for (const check of checks) say(formatCheck(check));
  return checks.some((check) => check.verdict === 'unfit') ? EXIT.failed : EXIT.ok;
}
