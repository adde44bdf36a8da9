import { expect, test } from 'vitest';
import { momentum } from './index.ts';
import { params } from './params.ts';

test('the defaults are ten bars and 0.2 %', () => {
  expect(params.parse({})).toEqual({
    symbol: 'SPY',
    timeframe: '5m',
    lookback: 10,
    threshold: 0.002,
    qty: 10,
  });
});

test.each([
  ['symbol', ''],
  ['timeframe', '5'],
  ['lookback', 0],
  ['threshold', 0],
  ['threshold', 0.6],
  ['qty', -1],
])('refuses %s "%s" by its name', (param, value) => {
  const { error } = params.safeParse({ [param]: value });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([param]);
});

test('two changes are asked for', () => {
  expect(momentum.subscriptions(params.parse({}))[0]).toMatchObject({ warmup: 12, trigger: true });
});
