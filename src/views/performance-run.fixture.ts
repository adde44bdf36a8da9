import {
  addDays,
  type DateText,
  type Instant,
  money,
  moneyFromDollars,
  parseDate,
  price,
  priceFromDollars,
  weekday,
  dayNumber,
  DAY_MS,
  type Money,
} from '../base/index.ts';
import type { DecisionRecord, EquityPoint, FillRecord, RunRecord } from './record.ts';

/** `count` weekdays from `from` on. */
export function weekdays(from: string, count: number): DateText[] {
  const dates: DateText[] = [];
  for (let date = parseDate(from); dates.length < count; date = addDays(date, 1)) {
    if (weekday(date) % 6 !== 0) dates.push(date);
  }
  return dates;
}

/** 20:55 UTC of a date. */
export const closeOf = (date: string): Instant =>
  (dayNumber(date as DateText) * DAY_MS + 75_300_000) as Instant;

export const point = (
  date: DateText,
  equity: Money,
  held: Partial<EquityPoint> = {},
): EquityPoint => ({
  date,
  at: closeOf(date),
  cash: equity,
  equity,
  positions: {},
  exposure: {},
  ...held,
});

/** A run in cash with this equity by weekday, in dollars. */
export function runOf(
  startDollars: number,
  dollars: readonly number[],
  more: Partial<RunRecord> = {},
): RunRecord {
  const dates = weekdays('2024-01-02', dollars.length);
  return {
    desk: 'test desk',
    stage: 'backtest',
    startEquity: moneyFromDollars(startDollars),
    equity: dollars.map((value, i) => point(dates[i] as DateText, moneyFromDollars(value))),
    decisions: [],
    fills: [],
    benchmark: null,
    notes: [],
    ...more,
  };
}

/** A fill of book "core": `fillOf('2024-01-02', 'buy', 10, 'SPY', 400)`. */
export const fillOf = (
  date: string,
  side: 'buy' | 'sell',
  quantity: number,
  symbol: string,
  dollars: number,
  more: Partial<FillRecord> = {},
): FillRecord => ({
  date: parseDate(date),
  at: closeOf(date),
  book: 'core',
  symbol,
  side,
  quantity,
  price: priceFromDollars(dollars),
  expectedPrice: priceFromDollars(dollars),
  fee: money(0),
  order: `core-${date}-${symbol}-${side}`,
  realizedPnl: money(0),
  ...more,
});

/** Numbers from 0 to 1 that a seed fixes. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const FACTS = ['close', 'sma50', 'sma200', 'rsi14', 'vol20', 'adx14', 'momentum', 'drift'];

/** A made-up run over six symbols that changes them every 17 days; the same for the same seed. */
export function randomRun(days: number, seed = 7): RunRecord {
  const next = seeded(seed);
  const symbols = ['SPY', 'QQQ', 'TLT', 'GLD', 'IWM', 'EFA'];
  const prices = symbols.map((_, i) => 100_000_000 + 20_000_000 * i);
  const held = new Map<string, number>();
  let cash = 100_000_000_000;
  const equity: EquityPoint[] = [];
  const decisions: DecisionRecord[] = [];
  const fills: FillRecord[] = [];
  weekdays('2014-01-02', days).forEach((date, day) => {
    symbols.forEach((symbol, i) => {
      prices[i] = Math.round((prices[i] as number) * (1 + (next() - 0.49) * 0.03));
      if (day % 17 !== 3 || next() < 0.5) return;
      const quantity = 1 + Math.floor(next() * 60);
      const side = (held.get(symbol) ?? 0) > 0 ? 'sell' : 'buy';
      const size = side === 'sell' ? (held.get(symbol) as number) : quantity;
      held.set(symbol, side === 'sell' ? 0 : quantity);
      cash += (side === 'sell' ? 1 : -1) * size * (prices[i] as number) - 1_000_000;
      const at = price(prices[i] as number);
      const order = `core-${date}-${symbol}`;
      const more = { price: at, expectedPrice: at, fee: money(1_000_000), order };
      fills.push(fillOf(date, side, size, symbol, 1, more));
    });
    const kept = symbols.flatMap((symbol, i) => {
      const quantity = held.get(symbol) ?? 0;
      return quantity === 0
        ? []
        : [{ symbol, quantity, notional: quantity * (prices[i] as number) }];
    });
    const positions = Object.fromEntries(kept.map((each) => [each.symbol, each.quantity]));
    const exposure = Object.fromEntries(kept.map((each) => [each.symbol, money(each.notional)]));
    const total = kept.reduce((sum, each) => sum + each.notional, cash);
    equity.push(point(date, money(total), { cash: money(cash), positions, exposure }));
    const action = day % 17 === 3 ? 'rebalance' : 'hold';
    decisions.push({
      date,
      at: closeOf(date),
      book: 'core',
      strategy: 'momentum',
      action,
      targets: { SPY: 0.4, TLT: 0.35 },
      why: `Ranks looked at on day ${day}; the largest drift is ${(next() * 5).toFixed(2)} percent`,
      facts: Object.fromEntries(FACTS.map((name) => [name, next() * 100])),
    });
  });
  const closes = equity.map((_, day) => price(400_000_000 + day * 50_000 + (day % 7) * 900_000));
  const base = runOf(100_000, []);
  return { ...base, equity, decisions, fills, benchmark: { symbol: 'SPY', closes } };
}
