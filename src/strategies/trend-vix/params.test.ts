import { expect, test } from 'vitest';
import { trendVix } from './index.ts';
import { params } from './params.ts';

test('the defaults are those of the seed configuration', () => {
  expect(params.parse({})).toEqual({
    signal_symbol: 'QQQ',
    vix_symbol: 'VIX',
    bull_symbol: 'TQQQ',
    bear_symbol: 'SQQQ',
    window: 250,
    trend_ema_period: 200,
    volatility_lookback: 20,
    vix_kill_switch: 25,
    risk_strong_trend: 0.05,
    risk_weak_trend: 0.03,
    stop_atr: 3,
    max_position_pct: 0.95,
    min_cash_reserve: 500,
  });
});

test.each([
  ['window', 34],
  ['trend_ema_period', 251],
  ['volatility_lookback', 0],
  ['vix_kill_switch', 0],
  ['risk_strong_trend', 0],
  ['risk_weak_trend', 1.1],
  ['stop_atr', -3],
  ['max_position_pct', 1.01],
  ['min_cash_reserve', -1],
  ['signal_symbol', 'TQQQ'],
])('refuses %s "%s" by its name', (param, value) => {
  const { error } = params.safeParse({ [param]: value });
  expect(error?.issues.map(({ path }) => path.join('.'))).toContain(param);
});

test('asks for a full window of the signal, and for one ATR of each fund', () => {
  expect(trendVix.subscriptions(params.parse({}))).toEqual([
    { symbol: 'QQQ', timeframe: '1d', warmup: 250, trigger: true },
    { symbol: 'VIX', timeframe: '1d', warmup: 1 },
    { symbol: 'TQQQ', timeframe: '1d', warmup: 21 },
    { symbol: 'SQQQ', timeframe: '1d', warmup: 21 },
  ]);
});
