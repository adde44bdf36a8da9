import { writeFileSync } from 'node:fs';
import {
  canonical,
  type DateText,
  formatInstant,
  formatMoney,
  instant,
  parseInstant,
} from '../../base/index.ts';
import { capitalOf } from '../../engine/index.ts';
import { exchangeDate, sessionOn } from '../../market/index.ts';
import { performanceOf, renderReport, type RunRecord } from '../../views/index.ts';
import { closesOn, digestOf } from '../backtest.ts';
import { stateView } from '../final-state.ts';
import { loadDesk, type LoadedDesk, UsageError } from '../load.ts';
import { recordedIn } from '../recorded.ts';
import { openDesk, type RunningDesk, type RunOptions, type Stage } from '../wire.ts';
import { barsOf, datesOf, expectFolder } from './backtest.ts';
import { EXIT } from './exit.ts';
import { note, say } from './print.ts';
import { StepPrinter } from './steps.ts';
import { plainFigures, summary, row } from './summary.ts';

export interface RunDeskOptions {
  readonly until: 'run' | 'once';
  readonly stage: Stage;
  readonly bars: readonly string[];
  readonly set: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly speed: string;
  readonly feed: 'replay' | 'live';
  readonly accountEnds?: string;
  readonly withoutCertificate?: string;
  readonly fresh?: boolean;
  readonly report?: string;
  readonly json?: boolean;
}

/** `plimsoll run` and `plimsoll once`. */
export async function runDesk(path: string, options: RunDeskOptions): Promise<number> {
  const began = performance.now();
  const asked = given(options);
  if (options.stage === 'live' && options.feed !== 'live') {
    throw new UsageError('--stage live: wanted --feed live, a market that lives');
  }
  expectFolder('report', options.report);
  const loaded = await loadDesk(path, { sets: options.set, bars: barsOf(options.bars) });
  for (const warning of loaded.warnings) note(warning);
  const printer = new StepPrinter(options.json !== true, options.until === 'once');
  printer.loaded(loaded);
  const world =
    options.feed === 'live'
      ? await (await import('./live.ts')).openLive(loaded, options)
      : undefined;
  const parts = world === undefined ? asked : { ...asked, world };
  const desk = await openDesk(loaded, { ...parts, observer: printer });
  const { runner } = desk;
  const stop = () => runner.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    if (world !== undefined) printer.world(world);
    printer.opened(desk);
    await runner.run(options.until === 'once' ? 'one-slot' : 'end');
    finish(loaded, desk, options, { printer, seconds: (performance.now() - began) / 1000 });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await desk.close();
  }
  return runner.state.books.every((book) => book.stopped !== null) ? EXIT.failed : EXIT.ok;
}

function given(options: RunDeskOptions): Omit<RunOptions, 'observer'> {
  const at = options.at === undefined ? undefined : slotDate(options.at);
  const { from = at, to = at } = datesOf(options);
  return {
    stage: options.stage,
    speed: speedOf(options.speed),
    fresh: options.fresh === true,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** The date whose slot `--at` means: a session it lies in. */
function slotDate(text: string): DateText {
  const at = parseInstant(text);
  const date = exchangeDate(at);
  const session = sessionOn(date);
  if (session !== undefined && at >= session.open && at <= session.close) return date;
  const hours = session ? `${formatInstant(session.open)} to ${formatInstant(session.close)}` : '';
  const wanted = session ? `an instant of its session, ${hours}` : 'an instant of a trading day';
  throw new UsageError(`--at "${text}": wanted ${wanted}`);
}

function speedOf(text: string): RunOptions['speed'] {
  if (text === 'max') return 'max';
  const match = /^(\d{1,6}(?:\.\d+)?)x$/.exec(text);
  const speed = match ? Number(match[1]) : Number.NaN;
  if (!(speed > 0)) throw new UsageError(`--speed "${text}": wanted max, or a factor such as 60x`);
  return speed;
}

function finish(
  loaded: LoadedDesk,
  desk: RunningDesk,
  options: RunDeskOptions,
  { printer, seconds }: { printer: StepPrinter; seconds: number },
): void {
  const record = recordOf(loaded, desk, options.stage);
  const figures = performanceOf(record);
  const view = stateView(desk.runner.state);
  const digest = digestOf(loaded.desk, record, view);
  if (options.report !== undefined) {
    const title = `${loaded.desk.name}: ${options.stage}`;
    const head = { title, generatedAt: instant(Date.now()) };
    writeFileSync(options.report, renderReport(record, figures, head));
  }
  if (options.json) {
    const { from, to, days, notes } = figures;
    const next = desk.runner.nextSlot();
    say(
      canonical({
        finalEquity: formatMoney(record.equity.at(-1)?.equity ?? record.startEquity),
        digest,
        stage: options.stage,
        from,
        to,
        days,
        decisions: record.decisions.length,
        fills: record.fills.length,
        state: view,
        nextSlot: next === null ? null : formatInstant(next),
        figures: plainFigures(figures),
        notes,
      }),
    );
    return;
  }
  printer.finished(desk, seconds);
  if (options.until === 'run') for (const line of summary(record, figures)) say(line);
  say(row('Digest', digest));
  if (options.report !== undefined) say(row('Report', options.report));
}

/** What the books were given; of an account that has more, what it had at its first close. */
function startEquityOf(
  { runner, setup }: RunningDesk,
  equity: RunRecord['equity'],
): RunRecord['startEquity'] {
  const { cash, positions } = runner.state.external.ledger;
  const capital = capitalOf(setup);
  if (positions.size === 0 && Math.abs(cash) < capital / 100) return capital;
  return equity[0]?.equity ?? capital;
}

function recordOf(loaded: LoadedDesk, desk: RunningDesk, stage: Stage): RunRecord {
  const { decisions, fills, equity } = recordedIn(desk.journal);
  const { state } = desk.runner;
  const stopped = state.books
    .filter((book) => book.stopped !== null)
    .map((book) => `Book "${book.setup.name}" stopped: ${book.stopped}`);
  if (state.haltReason !== null) stopped.push(`Halted to ${state.halt}: ${state.haltReason}`);
  const { benchmark } = desk;
  return {
    desk: loaded.desk.name,
    stage,
    startEquity: startEquityOf(desk, equity),
    equity,
    decisions,
    fills,
    benchmark: benchmark && { symbol: benchmark.symbol, closes: closesOn(benchmark, equity) },
    notes: [...desk.notes, ...stopped],
  };
}
