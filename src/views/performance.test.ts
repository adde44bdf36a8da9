import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type DateText, money, moneyFromDollars, price } from '../base/index.ts';
import { fillOf, point, randomRun, runOf, seeded } from './performance-run.fixture.ts';
import { FIGURES } from './performance-figures.ts';
import { performanceOf } from './performance.ts';
import type { RunRecord } from './record.ts';

const walk = (days: number, seed: number): number[] => {
  const next = seeded(seed);
  let value = 100_000;
  return Array.from({ length: days }, () => (value *= 1 + (next() - 0.48) * 0.04));
};

const dollarsOf = (moves: readonly number[], start: number) => {
  let value = start;
  return moves.map((move) => (value = Math.round(value * (1 + move) * 100) / 100));
};

const square = (list: readonly number[]) => list.reduce((a, b) => a + b * b, 0);

const still = (days: number, value: number): number[] => Array.from({ length: days }, () => value);

const withBenchmark = (run: RunRecord, dollars: readonly (number | null)[]): RunRecord => ({
  ...run,
  benchmark: {
    symbol: 'SPY',
    closes: dollars.map((close) => (close === null ? null : price(Math.round(close * 1e6)))),
  },
});

describe('figures by hand', () => {
  const run = runOf(100, [110, 99, 121, 121]);
  const { figures, when, drawdown, drawdowns } = performanceOf(run);

  test('the total return counts from the start equity', () => {
    expect(figures.totalReturn).toBeCloseTo(21, 12);
    expect(figures.endEquity).toBe(moneyFromDollars(121));
  });

  test('best and worst days carry their dates', () => {
    expect(figures.bestDay).toBeCloseTo(100 * (121 / 99 - 1), 10);
    expect(figures.worstDay).toBeCloseTo(-10, 10);
    expect([when.bestDay, when.worstDay]).toEqual(['2024-01-04', '2024-01-03']);
  });

  test('the drawdown runs from the peak over the trough to the recovery', () => {
    expect(drawdown).toEqual([0, 0.1, 0, 0]);
    expect(drawdowns).toEqual([
      { depth: 0.1, peak: '2024-01-02', trough: '2024-01-03', recovery: '2024-01-04', days: 2 },
    ]);
    expect(figures.maxDrawdown).toBeCloseTo(10, 12);
    expect(figures.ulcer).toBeCloseTo(100 * Math.sqrt(0.01 / 4), 12);
  });

  test('a loss below the start equity is a drawdown that has not recovered', () => {
    const fall = performanceOf(runOf(100, [90, 95]));
    expect(fall.drawdowns).toEqual([
      { depth: 0.1, peak: '2024-01-02', trough: '2024-01-02', recovery: null, days: 1 },
    ]);
  });

  test('volatility is the sample deviation by the root of 252', () => {
    const returns = [0.1, -0.1, 121 / 99 - 1, 0];
    const mean = returns.reduce((a, b) => a + b) / 4;
    const naive = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / 3);
    expect(figures.volatility).toBeCloseTo(100 * naive * Math.sqrt(252), 8);
  });

  test('months and years compound over the turn of a year', () => {
    const dates = ['2023-12-28', '2023-12-29', '2024-01-02', '2024-02-01'] as DateText[];
    const equity = [101, 110, 121, 60.5].map((v, i) =>
      point(dates[i] as DateText, moneyFromDollars(v)),
    );
    const { months, years } = performanceOf({ ...runOf(100, []), equity });
    const rounded = (list: typeof months) =>
      list.map((each) => [each.period, Number(each.returnPct?.toFixed(6))]);
    expect(rounded(months)).toEqual([
      ['2023-12', 10],
      ['2024-01', 10],
      ['2024-02', -50],
    ]);
    expect(rounded(years)).toEqual([
      ['2023', 10],
      ['2024', -45],
    ]);
  });

  test('doubling in a year is a CAGR of about 100 percent', () => {
    const equity = (['2023-01-03', '2024-01-03'] as DateText[]).map((date, i) =>
      point(date, moneyFromDollars(i === 0 ? 100 : 200)),
    );
    const found = performanceOf({ ...runOf(100, []), equity });
    expect(found.figures.cagr).toBeCloseTo(100 * (2 ** (365.25 / 365) - 1), 10);
    expect(found.notes.cagr).toBeUndefined();
  });

  test('exposure, time in market, turnover, fees and slippage', () => {
    const quiet = runOf(100, still(40, 100));
    const held = { positions: { SPY: 1, QQQ: -1 } };
    const exposure = { SPY: moneyFromDollars(60), QQQ: moneyFromDollars(-20) };
    const equity = quiet.equity.map((each, i) => (i % 2 ? each : { ...each, ...held, exposure }));
    const fee = money(2_500_000);
    const expectedPrice = price(49_000_000);
    const fills = [fillOf('2024-01-02', 'buy', 2, 'SPY', 50, { fee, expectedPrice })];
    const found = performanceOf({ ...quiet, equity, fills }).figures;
    expect(found.grossExposure).toBeCloseTo(40, 10);
    expect(found.netExposure).toBeCloseTo(20, 10);
    expect(found.timeInMarket).toBe(50);
    expect(found.feesPaid).toBe(2_500_000);
    expect(found.slippage).toBe(2_000_000);
    expect(found.slippageBps).toBeCloseTo((10_000 * 2) / 98, 8);
    const years = 55 / 365.25;
    expect(found.turnover).toBeCloseTo(100 / years, 6);
  });
});

describe('what a sample cannot carry', () => {
  test('an empty run has no figure but counts, and says why', () => {
    const { figures, notes, from } = performanceOf(runOf(100, []));
    expect(from).toBeNull();
    expect([figures.trades, figures.fills, figures.feesPaid]).toEqual([0, 0, 0]);
    const unexplained = FIGURES.filter(({ key }) => figures[key] === null && !notes[key]);
    expect(unexplained).toEqual([]);
    expect(notes.totalReturn).toBe('no equity yet');
  });

  test.each([
    [29, null],
    [30, 'number'],
  ])('with %s daily returns Sharpe, Sortino, alpha and beta are %s', (days, kind) => {
    const run = runOf(100_000, walk(days, 3));
    const closes = walk(days + 2, 4);
    // One pair of returns more is needed for the benchmark, whose first close has no return.
    const longer = runOf(100_000, walk(days + 1, 3));
    const { figures, notes } = performanceOf(run);
    const against = performanceOf(withBenchmark(longer, closes.slice(0, days + 1)));
    for (const [found, key] of [
      [{ figures, notes }, 'sharpe'],
      [{ figures, notes }, 'sortino'],
      [against, 'alpha'],
      [against, 'beta'],
    ] as const) {
      const value = found.figures[key];
      expect(value === null ? null : typeof value).toBe(kind);
      const note = kind === null ? 'fewer than 30 daily returns' : undefined;
      expect(found.notes[key]).toBe(note);
    }
  });

  test('one return has no volatility', () => {
    const { figures, notes } = performanceOf(runOf(100, [101]));
    expect(figures.volatility).toBeNull();
    expect(notes.volatility).toBe('fewer than 2 daily returns');
  });

  test('equity that never moves has no Sharpe', () => {
    const { figures, notes } = performanceOf(runOf(100, still(60, 100)));
    expect(figures.volatility).toBe(0);
    expect(figures.sharpe).toBeNull();
    expect(notes.sharpe).toBe('daily returns do not vary');
    expect(notes.sortino).toBe('no daily return is below the risk-free rate');
    expect(notes.calmar).toBe('no drawdown');
  });

  test('a steady gain does not get its Sharpe from the rounding of micro-dollars', () => {
    const steady = Array.from({ length: 60 }, (_, i) => 100_000 * 1.001 ** (i + 1));
    expect(performanceOf(runOf(100_000, steady)).figures.sharpe).toBeNull();
  });

  test('a month is not annualized below 30 calendar days, and cautioned below a year', () => {
    expect(performanceOf(runOf(100, walk(20, 1))).figures.cagr).toBeNull();
    const found = performanceOf(runOf(100_000, walk(60, 1)));
    expect(found.figures.cagr).not.toBeNull();
    expect(found.notes.cagr).toBe('annualized from 83 calendar days only');
  });

  test('equity of zero or below ends all figures of returns, and drawdown stays at most 1', () => {
    const ruin = performanceOf(runOf(100, [...still(39, 50), -5, 20]));
    expect(ruin.notes.sharpe).toBe('equity was zero or below on 2024-02-26');
    expect(ruin.figures.totalReturn).toBeCloseTo(-80, 10);
    expect(Math.max(...ruin.drawdown)).toBe(1);
    expect(() => canonical(ruin)).not.toThrow();
  });
});

describe('against the benchmark', () => {
  test('a run that is the benchmark has beta 1, no alpha and no information ratio', () => {
    const values = walk(60, 9);
    const { figures, notes } = performanceOf(withBenchmark(runOf(100_000, values), values));
    expect(figures.beta).toBeCloseTo(1, 8);
    expect(figures.alpha).toBeCloseTo(0, 6);
    expect(figures.correlation).toBeCloseTo(1, 8);
    expect(figures.excessReturn).toBeCloseTo(0, 6);
    expect(notes.informationRatio).toBe('daily returns do not differ from the benchmark');
  });

  test('days around a missing close are not paired', () => {
    const values = walk(40, 9);
    const gaps = values.map((value, i) => (i === 0 || i === 20 ? null : value));
    const { figures } = performanceOf(withBenchmark(runOf(100_000, values), gaps));
    expect(figures.beta).toBeCloseTo(1, 6);
    expect(figures.excessReturn).toBeCloseTo(0, 6);
    const few = performanceOf(
      withBenchmark(runOf(100_000, values.slice(0, 33)), gaps.slice(0, 33)),
    );
    expect(few.notes.beta).toBe('fewer than 30 daily returns');
  });

  test('without a benchmark its figures say so', () => {
    expect(performanceOf(runOf(100, [101])).notes.alpha).toBe('no benchmark');
  });

  test('a benchmark of another length is a broken promise', () => {
    expect(() => performanceOf(withBenchmark(runOf(100, [1, 2]), [1]))).toThrow(
      'Benchmark has "1"',
    );
  });
});

describe('properties', () => {
  const steps = fc.array(fc.double({ min: -0.08, max: 0.08, noNaN: true }), {
    minLength: 31,
    maxLength: 120,
  });

  test('equity in other units changes no ratio', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(2, 5, 16), (moves, factor) => {
        const dollars = dollarsOf(moves, 10_000);
        const one = performanceOf(runOf(10_000, dollars)).figures;
        const other = performanceOf(
          runOf(
            10_000 * factor,
            dollars.map((value) => value * factor),
          ),
        ).figures;
        for (const { key, unit } of FIGURES) {
          // Of two equally deep drawdowns rounding picks one.
          if (unit === 'money' || key === 'maxDrawdownDays') continue;
          expect(other[key] === null).toBe(one[key] === null);
          const wanted = one[key] ?? 0;
          const off = Math.abs((other[key] ?? 0) - wanted);
          expect(off / Math.max(1, Math.abs(wanted))).toBeLessThan(1e-6);
        }
      }),
    );
  });

  test('drawdowns lie between 0 and 1, and the deepest is the naive one', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const dollars = dollarsOf(moves, 10_000);
        const { drawdown, figures } = performanceOf(runOf(10_000, dollars));
        const all = [10_000, ...dollars];
        let naive = 0;
        all.forEach((peak, i) => {
          for (const low of all.slice(i)) naive = Math.max(naive, (peak - low) / peak);
        });
        expect(drawdown.every((depth) => depth >= 0 && depth <= 1)).toBe(true);
        expect(figures.maxDrawdown).toBeCloseTo(100 * naive, 8);
      }),
    );
  });

  test('monthly and yearly returns compound to the total', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const found = performanceOf(runOf(10_000, dollarsOf(moves, 10_000)));
        for (const periods of [found.months, found.years]) {
          const factor = periods.reduce(
            (all, { returnPct }) => all * (1 + (returnPct ?? 0) / 100),
            1,
          );
          expect(100 * (factor - 1)).toBeCloseTo(found.figures.totalReturn as number, 8);
        }
      }),
    );
  });

  test('Sharpe, Sortino, VaR and CVaR are the naive ones', () => {
    fc.assert(
      fc.property(steps, (moves) => {
        const dollars = [10_000, ...dollarsOf(moves, 10_000)];
        const r = dollars.slice(1).map((value, i) => value / (dollars[i] as number) - 1);
        const { figures } = performanceOf(runOf(10_000, dollars.slice(1)));
        const mean = r.reduce((a, b) => a + b, 0) / r.length;
        const deviation = Math.sqrt(square(r.map((x) => x - mean)) / (r.length - 1));
        fc.pre(deviation > 1e-4 && r.some((x) => x < -1e-3));
        expect(figures.sharpe).toBeCloseTo((mean / deviation) * Math.sqrt(252), 8);
        const downside = Math.sqrt(square(r.filter((x) => x < 0)) / r.length);
        expect(figures.sortino).toBeCloseTo((mean / downside) * Math.sqrt(252), 8);
        const sorted = [...r].sort((a, b) => a - b);
        const place = (r.length - 1) * 0.05;
        const [low, high] = sorted.slice(Math.floor(place)) as [number, number];
        const tailEnd = low + (high - low) * (place - Math.floor(place));
        expect(figures.var95).toBeCloseTo(100 * tailEnd, 10);
        const tail = r.filter((x) => x <= tailEnd);
        expect(figures.cvar95).toBeCloseTo((100 * tail.reduce((a, b) => a + b)) / tail.length, 8);
      }),
    );
  });

  test('a risk-free rate lowers Sharpe by rate over volatility', () => {
    const run = runOf(100_000, walk(300, 5));
    const free = performanceOf(run).figures;
    const taken = performanceOf(run, { riskFreePct: 4 }).figures;
    const step = 4 / (free.volatility as number);
    expect((free.sharpe as number) - (taken.sharpe as number)).toBeCloseTo(step, 8);
  });

  test('a performance is plain JSON', () => {
    const found = performanceOf(randomRun(120));
    expect(JSON.parse(canonical(found))).toEqual(JSON.parse(JSON.stringify(found)));
  });
});
