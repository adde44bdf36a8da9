import { type Instant, MICROS, MINUTE_MS, type Price, ratio } from '../../../base/index.ts';
import {
  type BarRow,
  type Bars,
  exchangeDay,
  rowAt,
  sessionOfDay,
  type Timeframe,
  timeframeMs,
} from '../../../market/index.ts';
import { isDaily, longerRows, rowAfter } from './rows.ts';
import type { VenueMarket, VenueQuote } from './source.ts';

/** From here to the end of the session a day's bar shows its close: the slot of daily desks. */
const CLOSE_SHOWN_MS = 5 * MINUTE_MS;
const CENT = MICROS / 100;
const BPS = 10_000;

/**
 * Bid and ask around a price, `spreadBps` of it apart, moved outward to whole cents; both are the
 * price itself where the spread is 0. A bid is at least one cent.
 */
export function aroundPrice(last: Price, spreadBps: number): { bid: Price; ask: Price } {
  if (spreadBps === 0) return { bid: last, ask: last };
  const half = ratio(last, Math.round(spreadBps * 1_000), 2 * BPS * 1_000, 'half-even');
  const bid = Math.max(CENT, Math.floor((last - half) / CENT) * CENT) as Price;
  const ask = Math.max(bid, Math.ceil((last + half) / CENT) * CENT) as Price;
  return { bid, ask };
}

/** One series, and what longer bars were made of it. */
interface Recorded {
  readonly bars: Bars;
  readonly rows: readonly BarRow[];
  readonly longer: Map<Timeframe, readonly BarRow[]>;
}

export interface ReplayOptions {
  /** Basis points between bid and ask. */
  readonly spreadBps: number;
}

/**
 * Recorded bars as a market. A day's bar shows its open from the open on, and its close from five
 * minutes before the close; a shorter bar shows its open while it lasts. Where the record has
 * nothing for an instant the last close stands, stamped with its own time.
 */
export class ReplayMarket implements VenueMarket {
  readonly #series: ReadonlyMap<string, Recorded>;
  readonly #spreadBps: number;

  constructor(series: readonly Bars[], { spreadBps }: ReplayOptions) {
    this.#spreadBps = spreadBps;
    this.#series = new Map(
      series.map((bars) => {
        const rows = Array.from({ length: bars.length }, (_, i) => rowAt(bars, i));
        return [bars.symbol, { bars, rows, longer: new Map() }] as const;
      }),
    );
  }

  symbols(): readonly string[] {
    return [...this.#series.keys()];
  }

  quote(symbol: string, at: Instant): VenueQuote | undefined {
    const recorded = this.#series.get(symbol);
    if (!recorded) return undefined;
    const { rows, bars } = recorded;
    const next = rowAfter(rows, at);
    const shown = shownOf(rows[next], bars.timeframe, at);
    const last = rows[next - 1];
    if (shown) return this.#quoteOf(shown.last, at, shown.lastAt);
    return last && this.#quoteOf(last.close, last.at, last.at);
  }

  #quoteOf(last: Price, at: Instant, lastAt: Instant): VenueQuote {
    return { ...aroundPrice(last, this.#spreadBps), last, at, lastAt };
  }

  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): readonly BarRow[] {
    const recorded = this.#series.get(symbol);
    if (!recorded) return [];
    const rows = rowsOf(recorded, timeframe);
    return rows.slice(rowAfter(rows, from), rowAfter(rows, to));
  }
}

/** What the bar that is not complete yet shows at `at`; undefined before it begins. */
function shownOf(
  row: BarRow | undefined,
  timeframe: Timeframe,
  at: Instant,
): { last: Price; lastAt: Instant } | undefined {
  if (!row) return undefined;
  if (!isDaily(timeframe)) {
    const start = (row.at - timeframeMs(timeframe)) as Instant;
    return start <= at ? { last: row.open, lastAt: start } : undefined;
  }
  const session = row.day === exchangeDay(at) ? sessionOfDay(row.day) : undefined;
  if (!session || at < session.open) return undefined;
  const closing = (session.close - CLOSE_SHOWN_MS) as Instant;
  return at < closing
    ? { last: row.open, lastAt: session.open }
    : { last: row.close, lastAt: closing };
}

function rowsOf({ bars, rows, longer }: Recorded, timeframe: Timeframe): readonly BarRow[] {
  if (timeframe === bars.timeframe) return rows;
  const known = longer.get(timeframe);
  if (known) return known;
  const baseMs = timeframeMs(bars.timeframe);
  const fits = !isDaily(bars.timeframe) && timeframeMs(timeframe) % baseMs === 0;
  const made = fits ? longerRows(rows, baseMs, timeframe) : [];
  longer.set(timeframe, made);
  return made;
}
