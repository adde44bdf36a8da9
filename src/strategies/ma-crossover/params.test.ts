import { describe, expect, test } from 'vitest';
import { maCrossover } from './index.ts';
import { params } from './params.ts';

describe('parameters', () => {
  test('are by default those of the first version', () => {
    expect(params.parse({})).toEqual({
      preset: 'intraday',
      symbol: 'SPY',
      timeframe: '5m',
      fast: 5,
      slow: 20,
      qty: 10,
    });
  });

  test.each([
    { preset: 'intraday', fast: 5, slow: 20, timeframe: '5m' },
    { preset: 'swing', fast: 10, slow: 50, timeframe: '1h' },
    { preset: 'weekly', fast: 5, slow: 20, timeframe: '1d' },
    { preset: 'monthly', fast: 20, slow: 60, timeframe: '1d' },
  ])('preset $preset sets both means and the bar', ({ preset, ...wanted }) => {
    expect(params.parse({ preset })).toMatchObject(wanted);
  });

  test('given themselves, they stand above the preset', () => {
    expect(params.parse({ preset: 'swing', fast: 20 })).toMatchObject({ fast: 20, slow: 50 });
  });

  test.each([
    ['preset', 'yearly'],
    ['preset', 'toString'],
    ['symbol', 'spy'],
    ['timeframe', '7m'],
    ['fast', 20],
    ['slow', 0],
    ['qty', 0.5],
    ['qty', 0],
  ])('refuse %s "%s" by its name', (param, value) => {
    const { error } = params.safeParse({ [param]: value });
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(param);
  });

  test('what is no object is refused', () => {
    for (const input of [null, 7, 'swing']) expect(params.safeParse(input).success).toBe(false);
  });

  test('as many bars as the slow mean has are asked for', () => {
    expect(maCrossover.subscriptions(params.parse({ preset: 'swing' }))).toEqual([
      { symbol: 'SPY', timeframe: '1h', warmup: 50, trigger: true },
    ]);
  });
});
