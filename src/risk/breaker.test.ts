import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import { lossBreach } from './breaker.ts';
import { usd, WIDE } from './gate.fixture.ts';

const MARKS = { lastClose: usd(100_000), highest: usd(120_000) };
const daily = { ...WIDE, dailyLossPctMax: 2 };
const drawdown = { ...WIDE, drawdownPctMax: 10 };

describe('loss limits (invariant 20)', () => {
  test('a daily loss trips when it reaches its limit, not a micro-dollar before', () => {
    expect(lossBreach((usd(98_000) + 1) as Money, MARKS, daily)).toBeNull();
    expect(lossBreach(usd(98_000), MARKS, daily)).toBe(
      'Daily loss of 2000.00 has reached 2 % of 100000.00',
    );
    expect(lossBreach(usd(-1), MARKS, daily)).toContain('Daily loss of 100001.00');
  });

  test('a drawdown is measured from the highest equity', () => {
    expect(lossBreach((usd(108_000) + 1) as Money, MARKS, drawdown)).toBeNull();
    expect(lossBreach(usd(108_000), MARKS, drawdown)).toBe(
      'Drawdown of 12000.00 has reached 10 % of 120000.00',
    );
  });

  test('the daily loss is told first where both are reached', () => {
    const both = { ...daily, drawdownPctMax: 10 };
    expect(lossBreach(usd(90_000), MARKS, both)).toContain('Daily loss');
    expect(lossBreach(usd(99_000), MARKS, both)).toContain('Drawdown');
  });

  test('a limit of 100 % is off, whatever is lost', () => {
    for (const equity of [usd(100_000), usd(0), usd(-50_000), Number.NaN as Money]) {
      expect(lossBreach(equity, MARKS, WIDE)).toBeNull();
    }
  });

  test('a gain, no change, and a book without capital trip nothing', () => {
    const tight = { ...WIDE, dailyLossPctMax: 0.2, drawdownPctMax: 1 };
    expect(lossBreach(usd(130_000), MARKS, tight)).toBeNull();
    expect(lossBreach(usd(0), { lastClose: usd(0), highest: usd(0) }, tight)).toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined])(
    'a loss that cannot be measured, with %s, trips',
    (absent) => {
      const nothing = absent as Money;
      const text = 'Daily loss cannot be measured';
      expect(lossBreach(nothing, MARKS, daily)).toBe(text);
      expect(lossBreach(usd(100_000), { ...MARKS, lastClose: nothing }, daily)).toBe(text);
    },
  );

  test('a limit that is no number trips', () => {
    const unknown = { ...WIDE, dailyLossPctMax: Number.NaN };
    expect(lossBreach(usd(100_000), MARKS, unknown)).toBe('Daily loss cannot be measured');
    const absent = { ...WIDE, drawdownPctMax: undefined as unknown as number };
    expect(lossBreach(usd(200_000), MARKS, absent)).toBe('Drawdown cannot be measured');
  });
});
