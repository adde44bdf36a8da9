import { z } from '../../strategy/index.ts';
import { positiveParam, refuse, symbolParam, windowParam } from '../params.ts';

export const params = z
  .strictObject({
    signal_symbol: symbolParam('QQQ').describe('closes that decide the trend'),
    vix_symbol: symbolParam('VIX').describe('closes of the volatility index'),
    bull_symbol: symbolParam('TQQQ').describe('fund held in a rising trend'),
    bear_symbol: symbolParam('SQQQ').describe('fund held in a falling trend'),
    window: windowParam(250, 35).describe(
      'signal closes in view; means begin with the first of them',
    ),
    trend_ema_period: windowParam(200).describe('exponential mean that parts bull from bear, bars'),
    volatility_lookback: windowParam(20).describe('true ranges in one ATR, bars'),
    vix_kill_switch: positiveParam(25).describe('all cash above it'),
    risk_strong_trend: z
      .number()
      .positive()
      .max(1)
      .default(0.05)
      .describe('equity lost at the stop'),
    risk_weak_trend: z.number().positive().max(1).default(0.03).describe('the same, weak trend'),
    stop_atr: positiveParam(3).describe('distance of the stop, in ATRs at entry'),
    max_position_pct: z.number().positive().max(1).default(0.95).describe('most of a fund'),
    min_cash_reserve: z.number().min(0).default(500).describe('dollars that stay cash'),
  })
  .superRefine((p, context) => {
    const symbols = [p.signal_symbol, p.vix_symbol, p.bull_symbol, p.bear_symbol];
    refuse(context, [
      {
        broken: p.trend_ema_period > p.window,
        param: 'trend_ema_period',
        message: `"${p.trend_ema_period}" is above window "${p.window}"`,
      },
      {
        broken: new Set(symbols).size < symbols.length,
        param: 'signal_symbol',
        message: `"${symbols.join('", "')}" are not four different symbols`,
      },
    ]);
  });

export type Params = z.output<typeof params>;
