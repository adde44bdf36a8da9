import { describe, expect, test } from 'vitest';
import type { DateText, Instant } from '../../base/index.ts';
import { type Session, sessionsBetween } from '../../market/index.ts';
import { HOSTILE_MARKET, HostileMarket, type MarketRates, QUIET_MARKET } from './market.ts';

const SESSIONS = sessionsBetween('2015-01-02' as DateText, '2022-12-30' as DateText);
const make = (rates: MarketRates = HOSTILE_MARKET, seed = 5) =>
  new HostileMarket({
    seed,
    symbols: ['AAA', 'BBB'].map((symbol) => ({ symbol, start: 100, volatilityPct: 30 })),
    rates,
  });
const times = ({ open, close }: Session, n: number) =>
  Array.from({ length: n }, (_, i) => Math.floor(open + (i / n) * (close - open)) as Instant);

describe('a hostile market', () => {
  test('shows the same to whoever asks, however often, for a seed', () => {
    const [one, two] = [make(), make()];
    for (const session of SESSIONS.slice(0, 100)) {
      expect(one.startDay(session)).toEqual(two.startDay(session));
      const asked = times(session, 20);
      const there = asked.map((at) => [one.quote('AAA', at), one.price('AAA', at)]);
      const back = asked.toReversed().map((at) => [two.quote('AAA', at), two.price('AAA', at)]);
      expect(back.toReversed()).toEqual(there);
    }
    const other = make(HOSTILE_MARKET, 6);
    other.startDay(SESSIONS[0] as Session);
    expect(other.bar('AAA', SESSIONS[0]!.close)).not.toEqual(one.bar('AAA', SESSIONS[0]!.close));
  });

  test('has every fault, gap, halt and split', () => {
    const market = make();
    const faults = new Set<string | null>();
    let [halts, splits, gaps] = [0, 0, 0];
    let close = 100e6;
    for (const session of SESSIONS) {
      const split = market.startDay(session).find(({ symbol }) => symbol === 'AAA');
      if (split) splits++;
      const open = market.bar('AAA', session.close).open;
      const ratio = split ? split.numerator / split.denominator : 1;
      if (Math.abs((open * ratio) / close - 1) > 0.039) gaps++;
      for (const at of times(session, 40)) {
        const quote = market.quote('AAA', at);
        faults.add(quote.fault);
        const halted = market.isHalted('AAA', at);
        if (halted) halts++;
        expect(market.price('AAA', at) === undefined).toBe(halted);
      }
      close = market.bar('AAA', session.close).close;
    }
    expect([...faults].sort()).toEqual(
      ['badTick', 'crossed', 'missing', 'stale', 'wide', 'zero', null].sort(),
    );
    expect(halts).toBeGreaterThan(50);
    expect(splits).toBeGreaterThan(3);
    expect(gaps).toBeGreaterThan(50);
  });

  test('in the quiet has sound quotes in whole cents within the bar of the day', () => {
    const market = make(QUIET_MARKET);
    for (const session of SESSIONS.slice(0, 300)) {
      expect(market.startDay(session)).toEqual([]);
      const bar = market.bar('BBB', session.close);
      expect(bar).toMatchObject({ end: session.close, day: session.day });
      for (const at of times(session, 30)) {
        const { bid, ask, last, fault, halted } = market.quote('BBB', at);
        expect([fault, halted]).toEqual([null, false]);
        const prices = [bid, ask, last, bar.open, bar.high, bar.low, bar.close] as number[];
        expect(prices.every((price) => price > 0 && price % 10_000 === 0)).toBe(true);
        expect((bid as number) < (ask as number)).toBe(true);
        expect((last as number) >= bar.low && (last as number) <= bar.high).toBe(true);
        expect(market.price('BBB', at)).toBe(last);
        const soFar = market.bar('BBB', at);
        expect([soFar.open, soFar.close]).toEqual([bar.open, last]);
        expect(soFar.low >= bar.low && soFar.high <= bar.high).toBe(true);
      }
    }
  });

  test('the price goes on from the last close, divided by a split', () => {
    const market = make({ ...QUIET_MARKET, split: 0.05 });
    let close = 100e6;
    for (const session of SESSIONS) {
      const split = market.startDay(session).find(({ symbol }) => symbol === 'AAA');
      const bar = market.bar('AAA', session.close);
      const factor = split ? split.numerator / split.denominator : 1;
      expect(Math.abs((bar.open * factor) / close - 1)).toBeLessThan(0.04);
      close = bar.close;
    }
  });
});
