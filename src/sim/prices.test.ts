import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DateText } from '../base/index.ts';
import { type Bars, sessionOfDay, sessionsBetween } from '../market/index.ts';
import { derivedFund, type SyntheticMarket, syntheticBars } from './prices.ts';

const MARKET: SyntheticMarket = {
  symbol: 'SPY',
  timeframe: '1d',
  seed: 1,
  from: '2023-11-20' as DateText,
  to: '2024-02-29' as DateText,
  start: 400,
  driftPct: 8,
  volatilityPct: 20,
  between: null,
};

const anyMarket = fc.record({
  seed: fc.integer({ min: 0, max: 1e9 }),
  timeframe: fc.constantFrom('1d' as const, '5m' as const, '1h' as const),
  start: fc.double({ min: 0.05, max: 5_000, noNaN: true }),
  volatilityPct: fc.integer({ min: 0, max: 200 }),
  driftPct: fc.integer({ min: -50, max: 50 }),
});

/** What is wrong with a bar, if anything. */
function faults(bars: Bars, step: number): string[] {
  const found: string[] = [];
  for (let i = 0; i < bars.length; i++) {
    const [open, high, low, close] = [bars.open, bars.high, bars.low, bars.close].map(
      (column) => column[i] as number,
    ) as [number, number, number, number];
    const prices = [open, high, low, close];
    if (!prices.every((x) => Number.isSafeInteger(x) && x > 0 && x % step === 0))
      found.push(`${i}`);
    if (!(low <= Math.min(open, close) && high >= Math.max(open, close))) found.push(`${i}`);
    if (i > 0 && !((bars.end[i] as number) > (bars.end[i - 1] as number))) found.push(`${i}`);
    const session = sessionOfDay(bars.day[i] as number);
    const end = bars.end[i] as number;
    if (!session || end <= session.open || end > session.close) found.push(`${i}`);
    if (!(Number.isSafeInteger(bars.volume[i]) && (bars.volume[i] as number) > 0))
      found.push(`${i}`);
  }
  return found;
}

describe('a market that never was', () => {
  test('has sound bars in whole cents, within sessions', () => {
    fc.assert(
      fc.property(anyMarket, (parts) => {
        expect(faults(syntheticBars({ ...MARKET, ...parts }), 10_000)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('has one bar each session at its close, half days too', () => {
    const bars = syntheticBars(MARKET);
    const sessions = sessionsBetween(MARKET.from, MARKET.to);
    expect([...bars.day]).toEqual(sessions.map(({ day }) => day));
    expect([...bars.end]).toEqual(sessions.map(({ close }) => close));
  });

  test('has 78 bars of five minutes a day, 42 on a half day', () => {
    const day = '2023-11-24' as DateText;
    const half = syntheticBars({ ...MARKET, timeframe: '5m', from: day, to: day });
    const full = { from: '2023-11-27' as DateText, to: '2023-11-27' as DateText };
    expect(half.length).toBe(42);
    expect(syntheticBars({ ...MARKET, ...full, timeframe: '5m' }).length).toBe(78);
  });

  test('is the same for a seed', () => {
    expect(syntheticBars(MARKET)).toEqual(syntheticBars(MARKET));
    expect(syntheticBars({ ...MARKET, seed: 2 }).close).not.toEqual(syntheticBars(MARKET).close);
  });

  test('varies about as much as it is told to', () => {
    const range = { from: '2000-01-03' as DateText, to: '2023-12-29' as DateText };
    const { close, length } = syntheticBars({ ...MARKET, ...range, volatilityPct: 20 });
    const returns = Array.from(close.slice(1), (x, i) => Math.log(x / (close[i] as number)));
    const mean = returns.reduce((sum, one) => sum + one, 0) / (length - 1);
    const variance = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (length - 1);
    const volatility = Math.sqrt(variance * 252) * 100;
    expect(volatility).toBeGreaterThan(14);
    expect(volatility).toBeLessThan(30);
  });

  test('with bounds stays within them', () => {
    const range = { from: '2010-01-04' as DateText, to: '2023-12-29' as DateText };
    const vix = { ...MARKET, ...range, start: 18, volatilityPct: 90, between: [9, 80] as const };
    const bars = syntheticBars(vix);
    expect(Math.min(...bars.close)).toBeGreaterThanOrEqual(9_000_000);
    expect(Math.max(...bars.close)).toBeLessThanOrEqual(80_000_000);
    expect(faults(bars, 10_000)).toEqual([]);
  });

  test('refuses a range without a session', () => {
    const range = { from: '2024-01-06' as DateText, to: '2024-01-07' as DateText };
    expect(() => syntheticBars({ ...MARKET, ...range })).toThrow('No session');
  });
});

describe('a fund that follows a market', () => {
  test.each([3, 2, 1, -1, -3])('makes %d times each day’s return, to the last digit', (factor) => {
    const base = syntheticBars({ ...MARKET, volatilityPct: 40 });
    const fund = derivedFund(base, 'FUND', factor, 50);
    let value = 50;
    for (let i = 0; i < base.length; i++) {
      const before = base.close[Math.max(0, i - 1)] as number;
      value *= 1 + factor * ((base.close[i] as number) / before - 1);
      expect(fund.close[i]).toBe(Math.round(value * 1e4) * 100);
    }
    expect(faults(fund, 100)).toEqual([]);
    expect([...fund.end]).toEqual([...base.end]);
    expect([...fund.volume]).toEqual([...base.volume]);
    expect(fund.symbol).toBe('FUND');
  });

  test('is sound whatever the market does', () => {
    fc.assert(
      fc.property(anyMarket, fc.constantFrom(3, -1, -3), (parts, factor) => {
        const base = syntheticBars({ ...MARKET, ...parts, timeframe: '1d' });
        expect(faults(derivedFund(base, 'FUND', factor, 50), 100)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
