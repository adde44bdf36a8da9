import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BookSetup, DecisionRecord, FillRecord, Setup } from '../src/engine/index.ts';
import { type Bars, sliceBars } from '../src/market/index.ts';
import { runBacktest } from '../src/research/index.ts';
import { defineStrategy, hold, rebalance, z } from '../src/strategy/index.ts';
import { SlotPath } from './slot-path.ts';
import {
  bookOf,
  BUILTIN_NAMES,
  costs,
  deskOf,
  markets,
  PLAIN_BROKER,
  seriesOf,
  shortBook,
} from './world.ts';

/** All in one fund from the first bar on, and never again. */
const buyAndHold = defineStrategy({
  name: 'buy-and-hold',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => ['QQQ'],
  subscriptions: () => [{ symbol: 'QQQ', timeframe: '1d', warmup: 1, trigger: true }],
  create: () => ({
    onBar: () => {},
    decide: (view) =>
      (view.lastTargets['QQQ'] ?? 0) > 0 ? hold('held') : rebalance({ QQQ: 1 }, 'buy'),
    facts: () => ({}),
  }),
});

/** Buys on days that the next day's bar is above: only one who sees the future can. */
const cheat = (bars: Bars) =>
  defineStrategy({
    ...buyAndHold,
    name: 'cheat',
    create: () => {
      let seen = 0;
      return {
        onBar: () => {
          seen++;
        },
        decide: () => {
          const rises = (bars.close[seen] ?? 0) > (bars.close[seen - 1] as number);
          return rebalance({ QQQ: rises ? 1 : 0 }, 'the future');
        },
        facts: () => ({}),
      };
    },
  });

const COSTS = costs(1_000, 0.01);
const BROKER = { ...PLAIN_BROKER, costs: COSTS };
const NAMES = [...BUILTIN_NAMES, 'buy-and-hold'];

const bookNamed = (name: string, book: Partial<BookSetup> = {}): BookSetup =>
  name === 'buy-and-hold' ? bookOf(buyAndHold, {}, book) : shortBook(name, book);

const desk = (book: BookSetup): Setup => deskOf([book], { costs: COSTS });

/** All series without what ends after the bar of number `last` of the first one. */
function cutAfter(series: readonly Bars[], last: number): Bars[] {
  const at = series[0]?.end[last] as number;
  return series.map((bars) => sliceBars(bars, 0, bars.end.filter((end) => end <= at).length));
}

const seeds = fc.integer({ min: 1, max: 100_000 });
const cuts = fc.integer({ min: 0, max: 120 });
const fills = fc.constantFrom('close', 'next-open');

describe.each(NAMES)('%s in a backtest', (name) => {
  test('the future cut off changes no earlier decision, fill or equity', () => {
    fc.assert(
      fc.property(seeds, cuts, fills, fc.boolean(), (seed, cut, fill, fresh) => {
        const setup = desk(bookNamed(name, { restart: fresh ? 45 : null }));
        const series = seriesOf(setup, markets(seed, '2023-01-03', '2023-06-30'));
        const run = (bars: readonly Bars[]) => runBacktest(setup, bars, { broker: BROKER, fill });
        const [whole, part] = [run(series), run(cutAfter(series, cut))];
        const { at } = part.equity.at(-1)!;
        expect(part.decisions).toEqual(whole.decisions.filter((one) => one.at <= at));
        expect(part.fills).toEqual(whole.fills.filter((one) => one.at <= at));
        expect(part.equity).toEqual(whole.equity.filter((one) => one.at <= at));
      }),
      { numRuns: 12 },
    );
  });

  test('it trades: the property says something', () => {
    const setup = desk(bookNamed(name));
    const series = seriesOf(setup, markets(7));
    const { fills: made } = runBacktest(setup, series, { broker: BROKER, fill: 'close' });
    expect(made.length).toBeGreaterThan(0);
  });
});

test('a strategy that sees the future is found out by the same comparison', () => {
  const bars = markets(7)('QQQ');
  const setup = desk(bookOf(cheat(bars), {}));
  const run = (to: number) => {
    const cut = sliceBars(bars, 0, to);
    const blind = desk(bookOf(cheat(cut), {}));
    return runBacktest(blind, [cut], { broker: BROKER, fill: 'close' });
  };
  const whole = runBacktest(setup, [bars], { broker: BROKER, fill: 'close' });
  const honest = [20, 40, 60, 80, 100].filter((to) => {
    const part = run(to).decisions;
    return JSON.stringify(part) === JSON.stringify(whole.decisions.slice(0, part.length));
  });
  expect(honest.length).toBeLessThan(5);
});

const decided = ({ date, action, targets, why, facts }: DecisionRecord) => ({
  date,
  action,
  targets,
  why,
  facts,
});
const filled = ({ date, symbol, side, quantity, price, fee, realizedPnl }: FillRecord) => ({
  date,
  symbol,
  side,
  quantity,
  price,
  fee,
  realizedPnl,
});

describe.each(NAMES)('%s lived day by day', (name) => {
  test.each([
    ['one strategy that lives on', null],
    ['a fresh one each day over its last bars', 45],
  ])('%s: decisions, figures, fills and equity are the backtest’s', (_, restart) => {
    for (const seed of [3, 11]) {
      const setup = desk(bookNamed(name, { restart }));
      const series = seriesOf(setup, markets(seed));
      const backtest = runBacktest(setup, series, { broker: BROKER, fill: 'close' });
      const lived = new SlotPath(setup, series, BROKER).live();
      const decisions = lived.of('decision').map(({ record }) => decided(record));
      expect(decisions).toEqual(backtest.decisions.map(decided));
      expect(lived.of('fill').map(({ record }) => filled(record))).toEqual(
        backtest.fills.map(filled),
      );
      expect(lived.of('equity').map(({ point }) => point)).toEqual(backtest.equity);
      expect(lived.state.halt).toBe('NONE');
    }
  });
});
