import type { DateText } from '../../../base/index.ts';
import { type BarRow, instantOn, type Quote } from '../../../market/index.ts';
import type { MarketListener, TradeTick } from '../../market-data.ts';

export const NOON = instantOn('2024-06-05' as DateText, '12:00');
export const stamp = (ms: number) => new Date(ms).toISOString();
export const FAST = { checkMs: 5, backoffMs: 1, backoffMaxMs: 20, lastingMs: 20 };

/** Keeps all that a stream tells. */
export class Heard implements MarketListener {
  readonly quotes: Quote[] = [];
  readonly trades: TradeTick[] = [];
  readonly bars: BarRow[] = [];
  readonly halts: string[] = [];
  readonly downs: string[] = [];
  ups = 0;
  quote(quote: Quote): void {
    this.quotes.push(quote);
  }
  trade(trade: TradeTick): void {
    this.trades.push(trade);
  }
  bar(row: BarRow): void {
    this.bars.push(row);
  }
  halted(symbol: string, isHalted: boolean, reason: string): void {
    this.halts.push(`${symbol} ${isHalted} ${reason}`);
  }
  up(): void {
    this.ups += 1;
  }
  down(reason: string): void {
    this.downs.push(reason);
  }
}

export const quote = (at: number, bp = 10, ap = 11) => ({
  T: 'q',
  S: 'SPY',
  bp,
  ap,
  bs: 1,
  as: 1,
  c: ['R'],
  z: 'B',
  t: stamp(at),
});
export const trade = (at: number, p = 10.5, more: object = {}) => ({
  T: 't',
  S: 'SPY',
  i: 1,
  p,
  s: 100,
  c: ['@'],
  z: 'B',
  x: 'V',
  t: stamp(at),
  ...more,
});
export const told = (at: number, last = 10_500_000) =>
  ({ symbol: 'SPY', at, receivedAt: at, last, bid: null, ask: null }) as Quote;
