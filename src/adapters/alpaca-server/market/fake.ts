import { type Instant, MICROS, MINUTE_MS, type Price, SECOND_MS } from '../../../base/index.ts';
import { type BarRow, exchangeDay, type Timeframe } from '../../../market/index.ts';
import { drawOf } from '../../../sim/index.ts';
import { mergeRows } from './rows.ts';
import { aroundPrice } from './replay.ts';
import type { VenueMarket, VenueQuote } from './source.ts';

const SYMBOL = 'FAKEPACA';
const FIRST = 130; // dollars
const SEED = 1;
const STEP_MS = SECOND_MS;
const MINUTES_MAX = 1_440;
const SPREAD_BPS = 10;

/** The market of the test stream: one made-up symbol that trades each second, night and day. */
export class FakeMarket implements VenueMarket {
  symbols(): readonly string[] {
    return [SYMBOL];
  }

  quote(symbol: string, at: Instant): VenueQuote | undefined {
    if (symbol !== SYMBOL) return undefined;
    const set = (at - (at % STEP_MS)) as Instant;
    const last = priceAt(set);
    return { ...aroundPrice(last, SPREAD_BPS), last, at: set, lastAt: set };
  }

  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): readonly BarRow[] {
    if (symbol !== SYMBOL || timeframe !== '1m') return [];
    const first = Math.max(from, to - MINUTES_MAX * MINUTE_MS);
    const rows: BarRow[] = [];
    for (let end = (Math.floor(first / MINUTE_MS) + 1) * MINUTE_MS; end <= to; end += MINUTE_MS) {
      rows.push(minuteTo(end as Instant));
    }
    return rows;
  }
}

function priceAt(at: Instant): Price {
  const second = Math.floor(at / STEP_MS);
  const wave = Math.sin(second / 600) + drawOf(SEED, second, 0) / 10;
  return (Math.round((FIRST + wave) * 100) * (MICROS / 100)) as Price;
}

function minuteTo(end: Instant): BarRow {
  const day = exchangeDay(end);
  const seconds = Array.from({ length: MINUTE_MS / STEP_MS }, (_, i): BarRow => {
    const at = (end - MINUTE_MS + i * STEP_MS) as Instant;
    const price = priceAt(at);
    const flat = { open: price, high: price, low: price, close: price };
    return { symbol: SYMBOL, at, day, ...flat, volume: 100 };
  });
  return mergeRows(seconds, end, day);
}
