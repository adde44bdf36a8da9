/** The `desk.yaml` of a new desk: it runs as it is, on sample prices. */
export const deskTemplate = (name: string): string => `\
# What this desk trades, how, when, and within which limits. A misspelt key, or a figure outside
# its plausible range, is refused with its line. Percent figures: 5 is 5 %.
version: 1
name: ${name}
capital: 100000                      # dollars
benchmark: AAPL                      # what the report compares with

data:
  AAPL: { sample: aapl }             # real daily prices of Apple, 2013 to 2018
  # Your own bars, relative to this file (columns Date, Open, High, Low, Close, Volume):
  # SPY: { file: data/SPY.csv, timeframe: 1d, adjustment: all, source: yahoo }
  # Invented ones, the same for the same seed:
  # QQQ: { synthetic: { seed: 7, from: 2015-01-02, to: 2024-12-31, start: 100, drift_pct: 8 } }
  # TQQQ: { synthetic: { of: QQQ, factor: 3 } }

simulator:                           # what trading is expected to cost
  fill: close                        # or next-open: at which price of daily bars orders fill
  slippage_pct: 0.05                 # percent of the price, always against you
  fee_per_share: 0                   # dollars

books:                               # one strategy each; the shares of the capital sum to 100
  - name: trend
    strategy: { file: strategies/my-strategy.ts }  # or a built-in one by name: trend-vix
    capital_pct: 100
    schedule: close - 5m             # or close, open + 15m, every bar
    sizing: changed-targets          # trade a symbol only when the strategy changes its weight
    params:                          # checked by the strategy's own schema
      symbol: AAPL
      fast: 20
      slow: 100
      volatility_target_pct: 20

limits:                              # none has a default: each one is set on purpose
  position_pct_max: 100              # one symbol, percent of equity
  cash_reserve_pct_min: 0            # cash that buys must leave, percent of equity
  leverage_max: 1                    # exposure over equity, a leveraged fund with its factor
  buying_power_pct_max: 100          # buys, percent of the cash that is there
  order_notional_max: 500000         # dollars
  orders_per_day_max: 10
  daily_loss_pct_max: 10             # a day's loss that halts the desk; 100 is off
  drawdown_pct_max: 40               # fall from the highest equity that halts it; 100 is off
  short_selling: false
`;
