import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { canonical, type DateText, formatMoney, instant, parseDate } from '../../base/index.ts';
import { performanceOf, renderReport } from '../../views/index.ts';
import { type BacktestRun, backtestDesk, decisionLine, equityLine, fillLine } from '../backtest.ts';
import { loadDesk, UsageError } from '../load.ts';
import { EXIT } from './exit.ts';
import { note, progressBar, say } from './print.ts';
import { plainFigures, summary, row } from './summary.ts';

export interface BacktestOptions {
  readonly bars: readonly string[];
  readonly set: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly decisions?: string;
  readonly fills?: string;
  readonly equity?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** `plimsoll backtest`. */
export async function backtest(path: string, options: BacktestOptions): Promise<number> {
  const dates = datesOf(options);
  for (const name of ['decisions', 'fills', 'equity', 'report'] as const) {
    expectFolder(name, options[name]);
  }
  const loaded = await loadDesk(path, { sets: options.set, bars: barsOf(options.bars) });
  for (const warning of loaded.warnings) note(warning);
  const progress = progressBar(`Backtest of ${loaded.desk.name}`);
  const keepAll = options.decisions !== undefined || options.report !== undefined;
  const run = await backtestDesk(loaded, {
    ...dates,
    keepAll,
    onProgress: progress.update,
  });
  progress.done();
  writeLists(run, options);
  const performance = performanceOf(run.record);
  if (options.report !== undefined) {
    const generatedAt = instant(Date.now());
    const title = `${loaded.desk.name}: backtest`;
    writeFileSync(options.report, renderReport(run.record, performance, { title, generatedAt }));
  }
  if (options.json) {
    const { finalEquity, digest } = run;
    const { from, to, days, notes } = performance;
    const figures = plainFigures(performance);
    say(
      canonical({ finalEquity: formatMoney(finalEquity), digest, from, to, days, figures, notes }),
    );
  } else {
    for (const line of summary(run.record, performance)) say(line);
    say(row('Digest', run.digest));
    if (options.report !== undefined) say(row('Report', options.report));
  }
  return run.result.state.books.every((book) => book.stopped !== null) ? EXIT.failed : EXIT.ok;
}

/** First and last date of the command line, where given. */
export function datesOf(options: { from?: string; to?: string }): {
  from?: DateText;
  to?: DateText;
} {
  const from = options.from === undefined ? undefined : parseDate(options.from);
  const to = options.to === undefined ? undefined : parseDate(options.to);
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from "${from}" is after --to "${to}"`);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Refuses a file in a folder that is not there, before any work is done for it. */
export function expectFolder(name: string, file: string | undefined): void {
  if (file === undefined || existsSync(dirname(resolve(file)))) return;
  throw new UsageError(`--${name} "${file}": its folder is not there`);
}

/** SYMBOL=FILE pairs of the command line. */
export function barsOf(pairs: readonly string[]): Record<string, string> {
  const bars: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UsageError(`--bars "${pair}": wanted SYMBOL=FILE`);
    bars[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return bars;
}

function writeLists(run: BacktestRun, options: BacktestOptions): void {
  const { decisions, fills, equity } = run.result;
  writeLines(options.decisions, decisions.map(decisionLine));
  writeLines(options.fills, fills.map(fillLine));
  writeLines(options.equity, equity.map(equityLine));
}

/** One JSON object a line; nothing without a file. */
function writeLines(file: string | undefined, rows: readonly unknown[]): void {
  if (file !== undefined)
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
