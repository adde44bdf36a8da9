import { builtinStrategies } from '../../src/strategies/index.ts';

const BUILT_IN = builtinStrategies.map(({ name }) => `\`${name}\``).join(', ');

/** What each key of the desk file means, by its path. */
export const MEANINGS: Readonly<Record<string, string>> = {
  version: 'version of this format',
  name: 'name of the desk, part of the account that its journal is bound to',
  capital: 'what the desk starts with on the built-in broker',
  benchmark: 'symbol of `data` that a report compares with',
  data: 'bars by symbol, see below',
  broker: 'the broker of a market that lives, see below',
  simulator: 'the built-in broker, see below',
  execution: 'how orders leave and are watched, see below',
  data_checks: 'checks of the market at a slot, see below',
  approvals: 'which orders wait for a person, see below; without it none',
  reconcile: "comparing the broker's account with the books, see below",
  crossing:
    'opposite orders of two books: the later one is refused while the other is live, or their ' +
    'wishes meet inside the desk, at the mark and without a fee',
  capital_rule:
    'whether each book keeps what it has, or cash moves at every close towards their ' +
    '`capital_pct`, scaled to add up to 100',
  books: 'one to a hundred books, see below',
  limits: 'limits of the whole desk, see below',
  rules: 'rules of broker and regulator, see below',

  'data.SYMBOL.file': 'path of a file of bars: CSV, JSON lines (both gzip or not) or Parquet',
  'data.SYMBOL.timeframe': 'how long one bar is, a day at most',
  'data.SYMBOL.adjustment':
    'what the prices are adjusted for: as traded, for splits, or for splits and dividends; `all` ' +
    'with an `adj_close` column rescales all four prices by it',
  'data.SYMBOL.source': 'where the bars come from, so that sources are never mixed',

  'data.SYMBOL.synthetic': 'one of the two forms',
  'data.SYMBOL.synthetic.of':
    'symbol of the desk whose return is multiplied; it may be a fund itself',
  'data.SYMBOL.synthetic.factor': 'daily multiple, below zero for an inverse fund, not near zero',
  'data.SYMBOL.synthetic.start': 'first price',
  'data.SYMBOL.synthetic.seed': 'the same seed makes the same prices on every machine',
  'data.SYMBOL.synthetic.from': 'first date',
  'data.SYMBOL.synthetic.to': 'last date, after `from`',
  'data.SYMBOL.synthetic.timeframe': 'how long one bar is, a minute at least',
  'data.SYMBOL.synthetic.drift_pct':
    'drift a year; zero is allowed, less than half a percent is not',
  'data.SYMBOL.synthetic.volatility_pct': 'volatility a year, on average: it clusters',
  'data.SYMBOL.synthetic.between':
    'lowest and highest level that the price keeps within, as an index of volatility does; ' +
    '`start` lies between them',

  'data.SYMBOL.sample': 'daily prices of Apple from 2013 to 2018, adjusted for splits',
  'data.SYMBOL.store': 'a series of the store in the folder `data` of the desk',
  'data.SYMBOL.store.source': 'source under which it was imported',
  'data.SYMBOL.store.adjustment': 'adjustment under which it was imported',
  'data.SYMBOL.store.timeframe': 'how long one bar is',

  'broker.name': 'which one; the other keys of a desk stay as they are',
  'broker.accounts': 'the accounts that this desk may trade, by stage; nothing is sent to another',
  'broker.accounts.paper':
    "needed for stage paper at Alpaca; Schwab's paper is the built-in broker",
  'broker.accounts.live': 'needed for stage live',
  'broker.feed':
    'the tape that quotes come from, at Alpaca: one venue, or all of them by a subscription; ' +
    "Schwab's quotes are of all venues",
  'broker.url':
    "a process of this machine in the broker's place, such as `plimsoll broker serve`; nothing " +
    'but a port of this machine is taken',
  'broker.clock':
    'whether time is that of this machine, or of a market that the process at `url` plays, whom ' +
    'each request tells the time',
  'broker.clock_skew_seconds_max':
    "nothing that adds risk leaves while this machine's clock is further from the broker's",
  'broker.spread_pct_max': 'a quote that is wider, in percent of its middle, is no price',
  'broker.mark_every_seconds': 'time between two prices of what is held',
  'broker.close_minutes_after': "how long after the close the day's official bars are waited for",

  'simulator.seed': 'of everything random that the broker does',
  'simulator.fill':
    'at which price of daily bars the orders of a backtest fill: the close they were decided on, ' +
    'or the next open',
  'simulator.slippage_pct': 'fills are worse than the market by this, always',
  'simulator.fee_per_share': 'fee for each share',
  'simulator.fee_pct': 'fee in percent of the notional, on top of the other',
  'simulator.delay_ms': 'on paper: shortest and longest time from an order to its fill, uniform',
  'simulator.rejection_pct': 'on paper: share of orders that the broker rejects at random',
  'simulator.random_slippage_bps': 'on paper: slippage on top, uniform from zero to this',
  'simulator.url':
    'where the built-in broker runs, if in a process of its own; nothing but a port of this ' +
    'machine is ever called',
  'simulator.reserve':
    'on paper: whether open orders hold the cash or the shares that they may take',
  'simulator.partial_fills': 'on paper: orders that fill in pieces; without it all fill whole',
  'simulator.partial_fills.share_pct': 'share of the orders that do',
  'simulator.partial_fills.pieces': 'most pieces of one order, of about equal size',
  'simulator.partial_fills.every_seconds': 'time between two pieces',

  'execution.slippage_warning_pct':
    'a fill this far from the market at decision is a warning, whichever side it is on',
  'execution.slippage_exceeded_pct': 'this far is an alert of high severity',
  'execution.slippage_abort_pct': 'this far drops the rest of the plan',
  'execution.order_timeout_minutes': 'an order that works longer is canceled',
  'execution.fence_seconds':
    'nothing is sent later than this before the close; a slot at the close itself may still send',
  'execution.send_within_seconds': 'what is decided leaves within this time or not at all',
  'execution.flatten_within_seconds':
    'how long an emergency exit waits for proof before it goes on with what is proven',
  'execution.flatten_at_open':
    'whether an emergency exit outside of the session goes on at the next open, or ends and says ' +
    'what is left',

  'data_checks.corporate_action_pct':
    'largest change from the last close to the quote, and in raw prices from one close to the ' +
    'next, up or down: more may be a split or a bad tick',
  'data_checks.lookback_days': 'how many changes of close back that is looked for in raw prices',
  'data_checks.quote_age_seconds_max': 'an older quote is not decided on',

  'approvals.opening': 'an order that opens or raises a position',
  'approvals.reducing': 'an order that only shrinks one',
  'approvals.protective': 'a stop, a target or an exit by the guard of a position',
  'approvals.flatten': 'an order of an emergency exit',
  'approvals.timeout_minutes': 'time to answer, after which the request is void',
  'approvals.drift_pct_max': 'move of the price since the request beyond which a yes is void',

  'reconcile.cash_tolerance_day_dollars':
    'unexplained cash of a day that is let pass, at most 0.1 % of the capital; more is asked about',
  'reconcile.cash_tolerance_month_dollars': 'the same of a month, at least that of a day',
  'reconcile.lag_seconds': "how long the broker's positions may lag a fill",
  'reconcile.every_minutes':
    'between two readings of an account in another process while all is quiet',

  'books[].name': 'name of the book, part of the ids of its orders; each once',
  'books[].strategy': `a built-in one (${BUILT_IN}), or \`{ file: strategies/my-own.ts }\``,
  'books[].strategy.file': 'path of a strategy of your own',
  'books[].params': "the strategy's parameters, checked by its own schema",
  'books[].signals':
    'path of a file of signals, worked at the first bar at or after each; see [data](data.md)',
  'books[].signal_filters': 'filters of the signals, see below',
  'books[].capital_pct': 'share of the capital; those of all books add up to at most 100',
  'books[].schedule': 'when the book decides: once a session, in exchange time, or on every bar',
  'books[].history':
    'whether the strategy lives on, or starts anew at each decision over the last bars',
  'books[].history.restart': 'how many completed bars it starts over',
  'books[].sizing':
    'whether only symbols whose target changed are traded, or every symbol is brought back to ' +
    'its target',
  'books[].threshold_pct':
    'with `all-targets`: smallest trade in percent of equity; exits are never filtered',
  'books[].limits': 'limits of this book in the place of those of the desk, any of them',

  'books[].approvals': 'which orders of this book wait for a person, see below',
  'books[].watch': 'how its positions are guarded, see below',
  'books[].leftover': 'what becomes of old orders, see below; without it they are canceled',

  'books[].approvals.opening': 'an order that opens or raises a position',
  'books[].approvals.reducing': 'an order that only shrinks one',
  'books[].approvals.protective': 'a stop, a target or an exit by the guard of a position',
  'books[].approvals.flatten': 'an order of an emergency exit',

  'books[].watch.stop_loss_pct':
    'loss from the average cost at which a position is closed, for entries that bring no stop; ' +
    'left out: `limits.default_stop_pct`, or 8 where a stop is required',
  'books[].watch.take_profit_pct': 'gain from the average cost at which it is closed',
  'books[].watch.hold_days_max': 'sessions that it may be held after that of its entry',
  'books[].watch.hold_days_max_at_loss': 'the same while it is below its cost, no later',
  'books[].watch.stop_required':
    'whether every position has a stop; `limits.stop_required` makes it so',
  'books[].watch.broker_held':
    'whether stops and targets rest at the broker, as far as it takes them, or are watched here',
  'books[].watch.gap_seconds_max': 'time without a working stop at the broker until you are told',
  'books[].watch.bad_tick_pct': 'a price farther than this from the last proven one is suspect',
  'books[].watch.confirm_ticks': 'prices in a row that must agree before a position is closed',
  'books[].watch.confirm_seconds': 'how long suspect prices must agree',
  'books[].watch.cover':
    'what is done about short option contracts that lost their cover: nothing, or they are ' +
    'bought back',
  'books[].watch.cover.deadline_seconds': 'time without cover after which they are',
  'books[].watch.cover.repairs_max': 'how often that is tried before a person must',
  'books[].watch.cover.cash': 'whether puts count as covered by the cash to be assigned on them',

  'books[].leftover.market': 'the rest of a market order',
  'books[].leftover.limit': 'the rest of a limit order',
  'books[].leftover.stop': 'the rest of a stop order',
  'books[].leftover.stop_limit': 'the rest of a stop-limit order',
  'books[].leftover.reprices_max': 'how often the rest of one order is priced anew',

  'books[].signal_filters.min_confidence':
    'a signal with less confidence is skipped; one without a confidence passes',
  'books[].signal_filters.min_profit_bp':
    'a signal that expects less is skipped; one without an expectation passes',
  'books[].signal_filters.risk_percent': 'loss accepted with one signal, in percent of equity',
  'books[].signal_filters.cooldown_seconds':
    'no second order in a symbol this soon after one that filled',
  'books[].signal_filters.notional_pct_max': 'most that one order may be worth, percent of equity',

  'limits.position_pct_max': 'most that one symbol may be worth, percent of equity',
  'limits.cash_reserve_pct_min': 'cash that buys have to leave, percent of equity',
  'limits.leverage_max':
    'most that gross exposure over equity may be; a leveraged fund counts with its factor',
  'limits.buying_power_pct_max':
    'most that one buy may cost, percent of the cash not yet spoken for',
  'limits.order_notional_max':
    'most that one order may be worth; from 0.1 % to 500 times the capital, or it is a slip',
  'limits.orders_per_day_max': 'most orders of one book on one trading date',
  'limits.daily_loss_pct_max':
    "fall of the desk's equity since the last close that halts new risk; 100 is off",
  'limits.drawdown_pct_max':
    "fall of the desk's equity from its highest that halts new risk; 100 is off",
  'limits.short_selling': 'whether a book may sell what it does not hold',

  'limits.position_dollars_max': 'most that one symbol may be worth, in dollars',
  'limits.order_pct_max': 'most that one order may be worth, percent of equity',
  'limits.cash_reserve_dollars_min': 'cash that buys have to leave, in dollars',
  'limits.gross_exposure_dollars_max': 'most that gross exposure may be, in dollars',
  'limits.net_exposure_pct_max':
    'most that long less short may be either way, percent of equity; funds with factor and sign',
  'limits.net_exposure_dollars_max': 'the same in dollars',
  'limits.positions_max': 'symbols held at once, those that a live order opens counted',
  'limits.new_positions_per_day_max': 'positions opened on one trading date',
  'limits.daily_loss_dollars_max': 'fall of equity since the last close that halts, in dollars',
  'limits.drawdown_dollars_max': 'fall of equity from its highest that halts, in dollars',
  'limits.loss_streak_max': 'closing orders in a row that lost, after which no new risk is taken',
  'limits.stop_required': 'whether every entry has to have a stop',
  'limits.default_stop_pct': 'distance of the stop of an entry that brings none, percent of price',

  'limits.order_quantity_max': 'most shares or contracts of one order that raises a position',
  'limits.limit_collar_pct': 'how far a limit price may be from the market, either way',
  'limits.orders_per_second_max': 'orders of the desk in any second; one more halts',
  'limits.orders_per_minute_max': 'orders of the desk in any minute; one more halts',
  'limits.identical_orders_per_minute_max':
    'orders of one symbol, side and quantity in any minute; one more halts',
  'limits.rejects_in_a_row_max': 'orders rejected one after the other that halt',
  'limits.day_notional_dollars_max': 'what may be sent on one trading date; more halts',

  'limits.breakers': 'how far each cause halts, see below',
  'limits.breakers.loss': 'a daily loss or a drawdown',
  'limits.breakers.streak': 'closing orders in a row that lost',
  'limits.breakers.rate': 'orders that ran away',
  'limits.breakers.rejects': 'orders rejected in a row',

  'limits.symbols': 'limits of single symbols, see below',
  'limits.symbols.SYMBOL.position_pct_max': 'most that it may be worth, percent of equity',
  'limits.symbols.SYMBOL.order_notional_max': 'most that one order of it may be worth',
  'limits.symbols.SYMBOL.short_selling': 'whether it may be sold without being held',
  'limits.symbols.SYMBOL.position_dollars_max': 'most that it may be worth, in dollars',
  'limits.symbols.SYMBOL.order_pct_max': 'most that one order of it may be worth',
  'limits.symbols.SYMBOL.order_quantity_max': 'most shares or contracts of one order of it',
  'limits.symbols.SYMBOL.limit_collar_pct': 'how far a limit price of it may be from the market',
  'limits.symbols.SYMBOL.orders_per_second_max': 'orders of it in any second; one more halts',
  'limits.symbols.SYMBOL.orders_per_minute_max': 'orders of it in any minute; one more halts',
  'limits.symbols.SYMBOL.day_notional_dollars_max':
    'what may be sent of it on one trading date; more halts',

  'rules.broker': 'name of the broker',
  'rules.account': 'kind of the account there: day trades and margin, or settlement, are watched',
  'rules.intraday_margin_from':
    'first date on which the broker watches intraday margin in the place of day trades, from ' +
    '2026-06-04 on; where it is not given, both are applied as far as they can be',
  'rules.wash_sale': 'what a buy within 30 days after a sale at a loss is',
};
