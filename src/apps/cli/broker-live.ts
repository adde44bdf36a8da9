import { RelayMarket } from '../../adapters/alpaca-server/index.ts';
import type { MarketData } from '../../adapters/index.ts';
import { addDays, type Instant } from '../../base/index.ts';
import { exchangeDate } from '../../market/index.ts';
import { loadDesk, UsageError } from '../load.ts';
import type { PlayedMarket } from './broker-market.ts';
import { asking } from './live.ts';
import { note } from './print.ts';

const HISTORY_DAYS = 400; // calendar days of daily bars, for warm-ups
const ASK_MS = 15_000; // between two askings for quotes, beside the stream
const FOREVER = Number.MAX_SAFE_INTEGER as Instant;

/**
 * The market of a desk's own broker, as it is now, told on: paper orders at live prices. Nothing is
 * sent to that broker but questions. Throws `UsageError` for a desk without one.
 */
export async function openLiveMarket(desk: string): Promise<PlayedMarket> {
  const loaded = await loadDesk(desk);
  if (loaded.desk.broker === null) {
    throw new UsageError(`--live: desk "${desk}" has no section "broker" to hear prices from`);
  }
  const world = await asking(loaded, 'dry-run');
  const { data } = world.connection;
  const symbols = Object.keys(loaded.desk.data);
  const market = new RelayMarket();
  try {
    for (const symbol of symbols) await tellHistory(market, data, symbol);
    await tellQuotes(market, data, symbols);
  } catch (error) {
    await world.close();
    throw error;
  }
  const stream = data.stream?.(symbols, {
    ...market.listener,
    down: (reason) => note(`The stream of prices is lost: ${reason}`),
  });
  const timer = setInterval(() => {
    tellQuotes(market, data, symbols).catch((error: Error) => note(`No quotes: ${error.message}`));
  }, ASK_MS);
  return {
    market,
    title: `live prices of ${data.tag.source} (${data.tag.feed})`,
    symbols,
    start: Date.now() as Instant,
    end: FOREVER,
    clock: () => Date.now() as Instant,
    close: async () => {
      clearInterval(timer);
      await stream?.close();
      await world.close();
    },
  };
}

async function tellHistory(market: RelayMarket, data: MarketData, symbol: string): Promise<void> {
  const to = exchangeDate(Date.now() as Instant);
  const ask = { symbol, timeframe: '1d', adjustment: 'splits', to } as const;
  const { rows } = await data.history({ ...ask, from: addDays(to, -HISTORY_DAYS) });
  for (const row of rows) market.push({ kind: 'bar', row, timeframe: '1d' });
}

async function tellQuotes(
  market: RelayMarket,
  data: MarketData,
  symbols: readonly string[],
): Promise<void> {
  for (const quote of await data.quotes(symbols)) market.listener.quote?.(quote);
}
