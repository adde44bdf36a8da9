import { type Instant, type Money, money, type Price, ratio, times } from '../../base/index.ts';
import { exchangeDate, previousSession } from '../../market/index.ts';
import { dollarText } from '../number.ts';
import { assetIdOf, coveredShares, promisedOf } from './check-order.ts';
import type { BooksState } from './books.ts';
import type { Desk } from './desk.ts';
import { nanoText } from './ids.ts';
import { marginOf } from './margin.ts';
import type { Holding } from './records.ts';
import { isOption, wireSymbol } from './symbols.ts';

const text = (amount: number): string => dollarText(money(amount));
const floor = (amount: number): number => Math.max(0, amount);

/** The account as Alpaca writes it. */
export function accountJson(desk: Desk) {
  const { account } = desk;
  const at = desk.now();
  const books = desk.shownBooks ?? account.books.save();
  const { multiplier } = account;
  const priceOf = (symbol: string) => account.priceOf(symbol, at);
  const holdings = books.holdings.map((held) => exposureOf(desk, held, at));
  const margin = marginOf(books.cash, holdings, multiplier, priceOf);
  const overnight = marginOf(books.cash, holdings, Math.min(2, multiplier), priceOf);
  const held = account.margin(at).excess - account.free(at, desk.orders.open);
  const free = floor(margin.excess - held);
  const last = books.days.at(-1);
  const pending = Object.values(books.fees).reduce((sum, fee) => sum + fee, 0);
  const buyingPower = text(free * multiplier);
  return {
    id: account.id,
    account_number: account.terms.number,
    admin_configurations: {},
    user_configurations: null,
    status: 'ACTIVE',
    currency: 'USD',
    crypto_status: 'INACTIVE',
    crypto_tier: 0,
    buying_power: buyingPower,
    effective_buying_power: buyingPower,
    regt_buying_power: text(floor(overnight.excess - held) * Math.min(2, multiplier)),
    non_marginable_buying_power: text(Math.min(floor(books.cash - held), free)),
    options_buying_power: text(free),
    cash: text(books.cash),
    accrued_fees: text(pending),
    pending_reg_taf_fees: text(pending),
    pending_transfer_in: '0',
    portfolio_value: text(margin.equity),
    equity: text(margin.equity),
    last_equity: text(last?.equity ?? account.terms.cash),
    long_market_value: text(margin.longValue),
    short_market_value: text(margin.shortValue),
    position_market_value: text(margin.longValue + Math.abs(margin.shortValue)),
    initial_margin: text(margin.initial),
    maintenance_margin: text(margin.maintenance),
    last_maintenance_margin: text(last?.maintenance ?? 0),
    sma: text(floor(overnight.excess)),
    multiplier: String(multiplier),
    shorting_enabled: account.canShort,
    options_approved_level: account.terms.optionsLevel ?? 3,
    options_trading_level: account.optionsLevel,
    balance_asof: last?.date ?? previousSession(exchangeDate(at)).date,
    intraday_adjustments: '0',
    account_blocked: false,
    trading_blocked: false,
    transfers_blocked: false,
    trade_suspended_by_user: account.books.configuration.suspend_trade,
    created_at: nanoText(desk.startedAt, 0),
  };
}

const exposureOf = (desk: Desk, { symbol, quantity }: Holding, at: Instant) => ({
  symbol,
  quantity,
  price: desk.account.priceOf(symbol, at) as Price,
});

/** The holdings, one each, as Alpaca writes them. */
export function positionsJson(desk: Desk) {
  const books: BooksState = desk.shownBooks ?? desk.account.books.save();
  return books.holdings.map((held) => positionJson(desk, held));
}

/** Millionths as a factor: "0.0084". */
const share = (part: number, whole: number): string =>
  whole === 0 ? '0' : dollarText(ratio(part, 1_000_000, whole, 'half-even') as Money);

export function positionJson(desk: Desk, held: Holding) {
  const { account } = desk;
  const at = desk.now();
  const { symbol, quantity, cost } = held;
  const multiplier = isOption(symbol) ? 100 : 1;
  const sign = Math.sign(quantity);
  const price = account.priceOf(symbol, at) as Price;
  const today = exchangeDate(at);
  const closed = account.market.quote(symbol, previousSession(today).close)?.last ?? price;
  const value = times(price, quantity, multiplier);
  const basis = money(cost * sign);
  const gain = value - basis;
  const isNew = held.opened === today;
  const dayBasis = isNew ? basis : times(closed, quantity, multiplier);
  const average = ratio(cost, 1, Math.abs(quantity) * multiplier, 'half-even') as Price;
  return {
    asset_id: assetIdOf(symbol),
    symbol: wireSymbol(symbol),
    exchange: isOption(symbol) ? '' : (account.assets[symbol]?.exchange ?? 'NASDAQ'),
    asset_class: isOption(symbol) ? 'us_option' : 'us_equity',
    asset_marginable: !isOption(symbol),
    qty: String(quantity),
    avg_entry_price: dollarText(average),
    side: quantity > 0 ? 'long' : 'short',
    market_value: dollarText(value),
    cost_basis: dollarText(basis),
    unrealized_pl: text(gain),
    unrealized_plpc: share(gain, Math.abs(basis)),
    unrealized_intraday_pl: text(value - dayBasis),
    unrealized_intraday_plpc: share(value - dayBasis, Math.abs(dayBasis)),
    current_price: dollarText(price),
    lastday_price: dollarText(closed),
    change_today: share(price - closed, closed),
    qty_available: String(availableOf(desk, held)),
  };
}

/** What of a holding no order is to close, and no call sold is covered by; signed. */
function availableOf(desk: Desk, { symbol, quantity }: Holding): number {
  const orders = desk.orders.open;
  const side = quantity > 0 ? 'sell' : 'buy';
  const { promised } = promisedOf(orders, symbol, side);
  const covering = quantity > 0 && !isOption(symbol) ? coveredShares(desk.standing(), symbol) : 0;
  return Math.sign(quantity) * Math.max(0, Math.abs(quantity) - promised - covering);
}
