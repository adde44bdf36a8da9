import { openStore } from '../../adapters/data/index.ts';
import { houseSymbol } from '../../adapters/history/index.ts';
import type { MarketData } from '../../adapters/index.ts';
import { BadInput, canonical, type DateText, type Instant, parseDate } from '../../base/index.ts';
import { type Adjustment, exchangeDate, type Timeframe, timeframeMs } from '../../market/index.ts';
import { UsageError } from '../load.ts';
import { pull, type PullAsk, type Pulled, type PullProgress } from '../pull/pull.ts';
import { type BrokerData, type PullSource, pullSources } from '../pull/sources.ts';
import { EXIT } from './exit.ts';
import { note, say } from './print.ts';

export interface PullOptions {
  readonly source: string;
  readonly from: string;
  readonly to?: string;
  readonly timeframe: string;
  readonly adjustment: string;
  readonly url?: string;
  readonly root: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

const ADJUSTMENTS: readonly string[] = ['raw', 'splits', 'all'];
const LISTED_MAX = 10;

type Outcome = { readonly symbol: string } & (
  | { readonly ok: true; readonly pulled: Pulled }
  | { readonly ok: false; readonly error: string }
);

const now = (): Instant => Date.now() as Instant;

/**
 * `plimsoll data pull`: each symbol on its own; what the source does not have is told, and the rest
 * goes on. A source that does not answer ends the pull. Fails where one symbol was not pulled.
 */
export async function pullBars(
  symbols: readonly string[],
  options: PullOptions,
  brokerData?: BrokerData,
): Promise<number> {
  const asks = asksOf(symbols, options);
  const open = pullSources[options.source as PullSource];
  const { url } = options;
  const source = await open({ now, url, brokerData, note });
  const outcomes: Outcome[] = [];
  try {
    for (const ask of asks) {
      const outcome = await pullOne(source, ask, options);
      outcomes.push(outcome);
      if (!options.json) for (const line of linesOf(outcome)) say(line);
    }
  } finally {
    await source.close();
    if (options.json) say(canonical(JSON.parse(JSON.stringify({ pulled: outcomes }))));
  }
  return outcomes.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

function asksOf(symbols: readonly string[], options: PullOptions): PullAsk[] {
  const { source, adjustment, replace = false } = options;
  if (!Object.hasOwn(pullSources, source)) {
    throw new UsageError(`--source "${source}": wanted ${Object.keys(pullSources).join(', ')}`);
  }
  if (!ADJUSTMENTS.includes(adjustment)) {
    throw new UsageError(`--adjustment "${adjustment}": wanted raw, splits or all`);
  }
  const timeframe = options.timeframe as Timeframe;
  timeframeMs(timeframe);
  const from = parseDate(options.from);
  const today = exchangeDate(now());
  const asked = options.to === undefined ? today : parseDate(options.to);
  const to: DateText = asked < today ? asked : today;
  if (from > to) throw new UsageError(`--from "${from}" is after the last date, "${to}"`);
  const names = [...new Set(symbols.map(houseSymbol))];
  const rest = { timeframe, from, to, adjustment: adjustment as Adjustment, replace };
  return names.map((symbol) => ({ symbol, ...rest }));
}

async function pullOne(source: MarketData, ask: PullAsk, options: PullOptions): Promise<Outcome> {
  const { symbol } = ask;
  const progress = progressOf();
  try {
    const parts = { source, store: openStore(options.root), now, tell: progress.tell };
    return { ok: true, symbol, pulled: await pull(parts, ask) };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return { ok: false, symbol, error: error.message };
  } finally {
    progress.done();
  }
}

const SECOND = 1_000;

/** On standard error: one line that is written over each second, or lines where nobody looks. */
function progressOf(): { tell: (progress: PullProgress) => void; done: () => void } {
  const { stderr } = process;
  let [told, width] = [performance.now(), 0];
  return {
    tell({ symbol, done, of, to, bars }) {
      if (done === of || performance.now() - told < SECOND) return;
      told = performance.now();
      const line = `${symbol}: ${done} of ${of} requests, ${bars} bars, up to ${to}`;
      if (!stderr.isTTY) return note(line);
      stderr.write(`\r${line.padEnd(width)}`);
      width = line.length;
    },
    done() {
      if (width > 0) stderr.write(`\r${' '.repeat(width)}\r`);
    },
  };
}

function linesOf(outcome: Outcome): string[] {
  if (!outcome.ok) return [`${outcome.symbol}: not pulled. ${outcome.error}`];
  const { pulled } = outcome;
  const { symbol, timeframe, source, feed, adjustment, added, kept, replaced, path } = pulled;
  const tape = feed === 'unknown' ? source : `${source} (${feed})`;
  const range = pulled.bars === 0 ? 'no bars' : `${pulled.bars} bars`;
  const dates = pulled.first === null ? '' : `, ${pulled.first} to ${pulled.last}`;
  const versions = pulled.versions.map(({ bar, text }) => `${bar}: ${text}`);
  const was = replaced > 0 ? 'corrected' : 'differs from what is stored, which stays (--replace)';
  return [
    `${symbol} ${timeframe}, ${tape}, adjusted for ${adjustment}: ` +
      `${added} added, ${kept} kept, ${replaced} replaced; ${range}${dates}`,
    ...(path === null ? [] : [`  ${path}`]),
    ...listed(was, versions),
    ...listed(
      'no bar in the source',
      pulled.missing.map(({ from, to, sessions }) =>
        from === to ? from : `${from} to ${to} (${sessions} sessions)`,
      ),
    ),
    ...listed('no session, left out', pulled.extra),
  ];
}

function listed(what: string, items: readonly string[]): string[] {
  const more = items.length - LISTED_MAX;
  const lines = items.slice(0, LISTED_MAX).map((item) => `  ${what}: ${item}`);
  return more > 0 ? [...lines, `  ${what}: ${more} more`] : lines;
}
