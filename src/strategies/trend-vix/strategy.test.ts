import { describe, expect, test } from 'vitest';
import type { Instant, Price } from '../../base/index.ts';
import { type BarRow, type Bars, barsOfRows } from '../../market/index.ts';
import { type Book, Player } from '../play.fixture.ts';
import { walk } from '../series.fixture.ts';
import { trendVix } from './index.ts';

/** MACD needs no more than 35 closes; ATR of 2 ranges. */
const SHORT = { window: 40, trend_ema_period: 10, volatility_lookback: 2 };

interface Day {
  qqq: number;
  vix?: number;
  /** Low and close of TQQQ. */
  low?: number;
  close?: number;
  sqqq?: number;
}

const model = walk({ symbol: 'QQQ', seed: 1, length: 400 });

function column(symbol: string, days: readonly Day[], pick: (day: Day) => [number, number]): Bars {
  const rows = days.map((day, i): BarRow => {
    const [low, close] = pick(day).map((dollars) => Math.round(dollars * 1e6) as Price) as [
      Price,
      Price,
    ];
    const [at, date] = [model.end[i] as Instant, model.day[i] as number];
    // A range of 2 dollars and more makes an ATR of about 2.
    const high = (close + 1e6) as Price;
    return { symbol, at, day: date, open: close, high, low, close, volume: 1 };
  });
  return barsOfRows({ ...model, symbol }, rows);
}

const seriesOf = (days: readonly Day[]): Bars[] => [
  column('VIX', days, ({ vix = 15 }) => [vix, vix]),
  column('TQQQ', days, ({ close = 100, low = close - 1 }) => [low, close]),
  column('SQQQ', days, ({ sqqq = 50 }) => [sqqq - 1, sqqq]),
  column('QQQ', days, ({ qqq }) => [qqq, qqq]),
];

/** Closes that rise ever faster: above their mean, MACD above its signal. */
const rising = (n: number): Day[] =>
  Array.from({ length: n }, (_, i) => ({ qqq: 100 + i * i * 0.01 }));
const falling = (n: number): Day[] =>
  Array.from({ length: n }, (_, i) => ({ qqq: 200 - i * i * 0.01 }));

/** Closes that rise ever slower: above their mean, MACD below its signal. */
const slowing: Day[] = Array.from({ length: 40 }, (_, i) => ({ qqq: 100 + 20 * Math.log(1 + i) }));

function play(days: readonly Day[], given: object = {}, book: Book = {}) {
  const player = new Player(trendVix, { ...SHORT, ...given }, book);
  return player.play(seriesOf(days)).slice(39);
}

const more = (days: readonly Day[], ...extra: Partial<Day>[]): Day[] => [
  ...days,
  ...extra.map((day) => ({ ...(days.at(-1) as Day), ...day })),
];

describe('states', () => {
  test('nothing is decided until the window is full', () => {
    const days = new Player(trendVix, SHORT).play(seriesOf(rising(40)));
    expect(days.map(({ decision }) => decision.action).slice(0, 39)).toEqual(
      Array(39).fill('warmup'),
    );
    expect(days[39]?.decision.action).toBe('rebalance');
  });

  test('nothing is decided without a bar of the VIX or of a fund', () => {
    for (const missing of [0, 1, 2]) {
      const bars = seriesOf(rising(45)).filter((_, i) => i !== missing);
      const actions = new Player(trendVix, SHORT).play(bars).map(({ decision }) => decision.action);
      expect(new Set(actions)).toEqual(new Set(['warmup']));
    }
  });

  test('a rising trend holds the bull fund, a falling one the bear fund', () => {
    expect(play(rising(40))[0]?.facts).toMatchObject({
      state: 'Bullish_Strong',
      symbol: 'TQQQ',
      risk: 0.05,
    });
    expect(play(falling(40))[0]?.facts).toMatchObject({
      state: 'Bearish_Strong',
      symbol: 'SQQQ',
      risk: 0.05,
    });
  });

  test('a slower rise is weak and takes less', () => {
    expect(play(slowing)[0]?.facts).toMatchObject({
      state: 'Bullish_Weak',
      symbol: 'TQQQ',
      risk: 0.03,
    });
  });

  test('a close on its mean is neutral', () => {
    const flat = Array.from({ length: 40 }, () => ({ qqq: 100 }));
    expect(play(flat)[0]?.facts).toMatchObject({ state: 'Neutral', symbol: 'CASH', weight: 0 });
  });

  test('the kill switch is above its level, not at it', () => {
    expect(play(more(rising(39), { vix: 25 }))[0]?.facts['state']).toBe('Bullish_Strong');
    expect(play(more(rising(39), { vix: 25.01 }))[0]?.facts['state']).toBe('Risk_Off');
  });
});

describe('size', () => {
  test('loses the risk at the stop: risk x price / (3 ATR)', () => {
    const { facts } = play(rising(40))[0]!;
    expect(facts['atr_20']).toBe(2);
    expect(facts['weight']).toBeCloseTo((0.05 * 100) / 6, 12);
    expect(facts['stop_price']).toBeCloseTo(94, 9);
  });

  test('is capped, and leaves the reserve', () => {
    expect(play(rising(40), { stop_atr: 0.5 })[0]?.facts['weight']).toBe(0.95);
    expect(play(rising(40), {}, { equity: 1000 })[0]?.facts['weight']).toBe(0.5);
    expect(play(rising(40), {}, { equity: 400 })[0]?.facts['weight']).toBe(0);
    expect(play(rising(40), {}, { equity: 0 })[0]?.facts['weight']).toBe(0);
  });
});

const targets = (days: ReturnType<typeof play>) =>
  days.map(({ decision }) =>
    decision.action === 'rebalance' ? decision.targets : decision.action,
  );

describe('decisions', () => {
  test('the same fund and strength is held without resizing', () => {
    const days = play(more(rising(40), { close: 105 }, { close: 110 }));
    expect(targets(days).slice(1)).toEqual(['hold', 'hold']);
    expect(days[2]?.facts['weight']).not.toBe(days[0]?.facts['weight']);
  });

  test('a change of fund sells the one and buys the other at once', () => {
    const days = play(more(rising(40), { qqq: 20 }));
    expect(targets(days)[1]).toMatchObject({ TQQQ: 0 });
    expect(days[1]?.facts['symbol']).toBe('SQQQ');
  });

  test('Risk_Off after cash is no change, and the first decision closes what is held', () => {
    const days = play(more(rising(39), { vix: 30 }, { vix: 31 }));
    expect(targets(days)).toEqual([{ TQQQ: 0, SQQQ: 0 }, 'hold']);
  });

  test('what was not carried out is decided again', () => {
    const player = new Player(trendVix, SHORT);
    player.play(seriesOf(rising(40)));
    player.book.lastTargets = {};
    expect(player.decide(0 as Instant).decision.action).toBe('rebalance');
    expect(player.decide(0 as Instant).decision.action).toBe('hold');
  });
});

const averageCost = (symbol: string) => (symbol === 'TQQQ' ? (98e6 as Price) : undefined);

const end = (index: number) => model.end[index] as Instant;

describe('the stop', () => {
  const entered = rising(40);

  test('sells when a later low is three ATRs below the entry, then stays in cash', () => {
    const days = play(more(entered, { low: 94.01 }, { low: 94 }, {}, {}));
    expect(targets(days).slice(1)).toEqual(['hold', { TQQQ: 0, SQQQ: 0 }, 'hold', 'hold']);
    expect(days.map(({ facts }) => facts['standing']).slice(2)).toEqual(
      Array(3).fill('Stopped_Out'),
    );
    expect(days[2]?.decision.why).toMatch(/^Stopped_Out: go to cash until Bullish_Strong changes/);
    expect(days[2]?.facts['stop_price']).toBeNull();
  });

  test('does not look at the low of the day of entry', () => {
    // One ATR of about 8 dollars: the stop stands near 92.
    const days = more(rising(39), { qqq: 160, low: 90 }, { qqq: 160, low: 99 });
    expect(targets(play(days, { stop_atr: 1 }))[1]).toBe('hold');
    expect(targets(play(more(days, { low: 90 }), { stop_atr: 1 }))[2]).toEqual({
      TQQQ: 0,
      SQQQ: 0,
    });
  });

  test('lets go once the state changes, and may then enter anew', () => {
    const days = play(more(entered, { low: 90 }, { vix: 30 }, { vix: 15 }));
    expect(days.map(({ facts }) => facts['standing'])).toEqual([
      'Bullish_Strong',
      'Stopped_Out',
      'Risk_Off',
      'Bullish_Strong',
    ]);
    expect(targets(days)[3]).toMatchObject({ SQQQ: 0 });
    expect(days[3]?.facts['stop_price']).not.toBeNull();
  });

  test('counts from the average cost once there is one', () => {
    // Six percent below 98 is 92.12: a low of 94 is above it.
    expect(targets(play(more(entered, { low: 94 }, { low: 92.1 }), {}, { averageCost }))).toEqual([
      expect.anything(),
      'hold',
      { TQQQ: 0, SQQQ: 0 },
    ]);
  });

  test('is not moved by resizing: strength is no entry', () => {
    const stronger = { qqq: 190, close: 110, low: 109 };
    const days = play(more(slowing, stronger, { ...stronger, low: 94 }));
    expect(days.map(({ facts }) => facts['standing'])).toEqual([
      'Bullish_Weak',
      'Bullish_Strong',
      'Stopped_Out',
    ]);
    expect(targets(days)[1]).toMatchObject({ SQQQ: 0 });
    expect(days[1]?.facts['stop_price']).toBeCloseTo(94, 9);
  });

  test('sees the low of a day whose bar was still a quote when it was decided on', () => {
    const player = new Player(trendVix, SHORT);
    const days = more(entered, {}, {});
    player.play(seriesOf(days.slice(0, 40)));
    const saved = player.tools.saveSeries();
    const quoted = seriesOf(days);
    player.play(quoted, end(40), end(40));
    player.tools.restoreSeries(saved);
    const final = seriesOf(more(entered, { low: 90 }, {}));
    for (const bars of final) player.fold(sliceDay(bars, 40));
    expect(player.play(final, end(41), end(41))[0]?.facts['standing']).toBe('Stopped_Out');
  });
});

const sliceDay = (bars: Bars, index: number): Bars =>
  barsOfRows(bars, [
    {
      symbol: bars.symbol,
      at: bars.end[index] as Instant,
      day: bars.day[index] as number,
      open: bars.open[index] as Price,
      high: bars.high[index] as Price,
      low: bars.low[index] as Price,
      close: bars.close[index] as Price,
      volume: 1,
    },
  ]);
