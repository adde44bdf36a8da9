/**
 * trend-vix: a leveraged fund with the trend, its inverse against it, cash in a storm.
 *
 * In: daily bars of the signal fund, the VIX and both funds. Out: one fund sized by its average
 * true range, or cash. Invariants: the size changes only with fund or strength; the risk at the
 * stop never passes the share of equity set for it. Begin with `strategy.ts`.
 */
import { defineStrategy, type Subscription } from '../../strategy/index.ts';
import { params, type Params } from './params.ts';
import { TrendVix } from './strategy.ts';

function subscriptions(p: Params): readonly Subscription[] {
  const warmup = p.volatility_lookback + 1;
  return [
    { symbol: p.signal_symbol, timeframe: '1d', warmup: p.window, trigger: true },
    { symbol: p.vix_symbol, timeframe: '1d', warmup: 1 },
    { symbol: p.bull_symbol, timeframe: '1d', warmup },
    { symbol: p.bear_symbol, timeframe: '1d', warmup },
  ];
}

/** Trend of the signal fund with the VIX as kill switch. */
export const trendVix = defineStrategy({
  name: 'trend-vix',
  version: '1.0',
  params,
  universe: (p) => [p.bull_symbol, p.bear_symbol],
  subscriptions,
  create: (p, tools) => new TrendVix(p, tools),
});
