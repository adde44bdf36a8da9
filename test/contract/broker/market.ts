import {
  type DateText,
  type Instant,
  MINUTE_MS,
  parseInstant,
  type Price,
  priceFromDollars,
} from '../../../src/base/index.ts';
import { type BarRow, sessionsBetween, type Timeframe } from '../../../src/market/index.ts';

/** A Wednesday, 11:00 in New York: five hours of the session are left. */
export const START = '2026-03-11T15:00:00.000Z';
const STARTED_AT = parseInstant(START);

export const CALL_100 = 'SPY   260619C00100000';
export const CALL_110 = 'SPY   260619C00110000';
export const PUT_90 = 'SPY   260619P00090000';

/** What each symbol trades at when a world begins. */
export const MARKET_AT_START: readonly (readonly [symbol: string, price: Price])[] = (
  [
    ['SPY', 100],
    ['QQQ', 50],
    ['BRK.B', 400],
    ['PENY', 0.5],
    [CALL_100, 5],
    [CALL_110, 2],
    [PUT_90, 3],
  ] as const
).map(([symbol, dollars]) => [symbol, priceFromDollars(dollars)] as const);

/** The market of one world: a price for each symbol, which a case sets, and the clock. */
export class KitMarket {
  readonly #prices = new Map<string, Price>(MARKET_AT_START);
  #at: Instant = STARTED_AT;

  now(): Instant {
    return this.#at;
  }

  pass(ms: number): void {
    this.#at = (this.#at + ms) as Instant;
  }

  set(symbol: string, dollars: number): void {
    this.#prices.set(symbol, priceFromDollars(dollars));
  }

  /** Trading stops in it. */
  halt(symbol: string): void {
    this.#prices.delete(symbol);
  }

  /** Whether there is such a symbol, halted or not. */
  lists(symbol: string): boolean {
    return MARKET_AT_START.some(([one]) => one === symbol);
  }

  price(symbol: string): Price | undefined {
    return this.#prices.get(symbol);
  }

  symbols(): string[] {
    return [...this.#prices.keys()].filter((symbol) => symbol.length < 16);
  }

  options(underlying: string): string[] {
    const own = [...this.#prices.keys()].filter((symbol) => symbol.length >= 16);
    return own.filter((symbol) => symbol.slice(0, 6).trim() === underlying).sort();
  }

  /** Bars that end after `from` and by `to`, each a thousand shares at a price of its own. */
  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): BarRow[] {
    const price = this.price(symbol);
    if (price === undefined) return [];
    const first = new Date(from - 5 * 86_400_000).toISOString().slice(0, 10) as DateText;
    const last = new Date(to + 86_400_000).toISOString().slice(0, 10) as DateText;
    const rows: BarRow[] = [];
    for (const { open, close, day } of sessionsBetween(first, last)) {
      const stepMs = timeframe === '1d' ? close - open : MINUTE_MS;
      if (timeframe !== '1d' && timeframe !== '1m') continue;
      for (let end = open + stepMs; end <= close; end += stepMs) {
        if (end <= from || end > to) continue;
        const at = end as Instant;
        const each = { open: price, high: price, low: price, close: price, volume: 1_000 };
        rows.push({ symbol, at, day, ...each });
      }
    }
    return rows;
  }
}
