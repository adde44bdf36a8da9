import { type Instant, type Money, money, type Price, times } from '../../base/index.ts';
import { exchangeDate, instrumentOf } from '../../market/index.ts';
import { type Side, signOf } from '../../orders/index.ts';
import type { Account } from './account.ts';
import { multiplierOf } from './books.ts';
import { uuidOf } from './ids.ts';
import { type Exposure, uncovered } from './option-risk.ts';
import { type DeskOrder, isOpen, leftOf, type PositionIntent, type Terms } from './records.ts';
import {
  forbidden,
  lacksBuyingPower,
  lacksCover,
  lacksPutCash,
  lacksQuantity,
  unprocessable,
  washTrade,
} from './refused.ts';
import { contractOf, isOption, strikeOf, wireSymbol } from './symbols.ts';
import type { Wish } from './wish.ts';

/** What an order is judged by: the account and all orders, at an instant. */
export interface Standing {
  readonly account: Account;
  readonly orders: Iterable<DeskOrder>;
  readonly at: Instant;
}

export const assetIdOf = (symbol: string): string => uuidOf('asset', wireSymbol(symbol));

/** Whether orders in this symbol are taken at all. */
export function isListed({ market }: Account, symbol: string, at: Instant): boolean {
  if (!isOption(symbol)) return market.symbols().includes(symbol);
  const { root, expiration } = contractOf(symbol);
  if (!market.symbols().includes(root) || expiration < exchangeDate(at)) return false;
  return market.options?.(root, at).includes(symbol) ?? market.quote(symbol, at) !== undefined;
}

/**
 * Equity that an order binds while it works. Throws `Refused` where account, holdings or other
 * orders do not allow it.
 */
export function checkOrder(standing: Standing, wish: Wish): Money {
  const { account, at } = standing;
  if (account.books.configuration.suspend_trade) {
    throw forbidden('trading is suspended by the account configuration');
  }
  const parts = wish.legs.length > 0 ? wish.legs : [wish.terms];
  for (const { symbol } of parts) checkAsset(account, symbol, at);
  if (wish.legs.length > 0) return checkLegs(standing, wish);
  const { terms } = wish;
  const isExit = checkDirection(standing, terms);
  checkExits(standing, wish, isExit);
  checkOpposite(standing, terms);
  checkIntent(terms, isExit);
  if (isExit) return money(0);
  if (isOption(terms.symbol)) checkLevel(standing, terms);
  else if (terms.side === 'sell') checkShort(standing, terms.symbol);
  return affordable(standing, [terms], costPrice(standing, terms));
}

function checkAsset(account: Account, symbol: string, at: Instant): void {
  const name = wireSymbol(symbol);
  if (!isListed(account, symbol, at)) throw unprocessable(`asset "${name}" not found`);
  const isTradable = account.assets[symbol]?.tradable ?? instrumentOf(symbol).tradable;
  if (!isTradable) throw unprocessable(`asset "${name}" is not tradable`);
}

/** Whether the order shrinks a holding; throws where it asks for more than is there and free. */
function checkDirection({ account, orders }: Standing, terms: Terms): boolean {
  const held = account.books.quantityOf(terms.symbol);
  const side = terms.side as Side;
  if (held * signOf(side) >= 0) return false;
  const { promised, ids } = promisedOf(orders, terms.symbol, side);
  const available = Math.max(0, Math.abs(held) - promised);
  if (terms.quantity <= available) return true;
  throw lacksQuantity({
    symbol: wireSymbol(terms.symbol),
    requested: terms.quantity,
    available,
    existing: Math.abs(held),
    held: promised,
    orders: ids,
  });
}

/** An exit that waits for its entry holds nothing yet. */
const waits = ({ status, ticket }: DeskOrder): boolean => status === 'held' && ticket === 0;

/** Units that open orders of this side are to fill; of linked ones the largest counts. */
export function promisedOf(
  orders: Iterable<DeskOrder>,
  symbol: string,
  side: Side,
): { promised: number; ids: string[] } {
  const groups = new Map<string, number>();
  const ids: string[] = [];
  for (const order of orders) {
    const { terms, parent, id } = order;
    if (terms.symbol !== symbol || terms.side !== side || !isOpen(order) || waits(order)) continue;
    const group = parent ?? id;
    groups.set(group, Math.max(groups.get(group) ?? 0, leftOf(order)));
    ids.push(id);
  }
  return { promised: [...groups.values()].reduce((sum, each) => sum + each, 0), ids };
}

function checkExits(standing: Standing, { terms, target, stop }: Wish, isExit: boolean): void {
  const { orderClass, side } = terms;
  if (orderClass === 'oco') {
    if (!isExit) throw unprocessable('oco orders must be exit orders');
    return;
  }
  if (orderClass !== 'bracket' && orderClass !== 'oto') return;
  if (isExit && orderClass === 'bracket')
    throw unprocessable('bracket orders must be entry orders');
  const base = costPrice(standing, terms);
  const sign = signOf(side as Side);
  const gap = 10_000 * sign;
  if (stop?.stopPrice != null && sign * (base - gap - stop.stopPrice) < 0) {
    const word = sign > 0 ? '<= base_price - 0.01' : '>= base_price + 0.01';
    throw unprocessable(`stop_loss.stop_price must be ${word}`);
  }
  if (target?.limitPrice != null && sign * (target.limitPrice - base - gap) < 0) {
    const word = sign > 0 ? '>= base_price + 0.01' : '<= base_price - 0.01';
    throw unprocessable(`take_profit.limit_price must be ${word}`);
  }
}

const isComplex = ({ orderClass }: Terms): boolean => orderClass !== '' && orderClass !== 'simple';

/** Orders of the account that could trade with each other are refused, but for complex ones. */
function checkOpposite({ account, orders }: Standing, terms: Terms): void {
  const held = account.books.quantityOf(terms.symbol);
  for (const other of orders) {
    const { symbol, side } = other.terms;
    if (symbol !== terms.symbol || side === terms.side || !isOpen(other) || waits(other)) continue;
    if (other.terms.ratio !== null) continue;
    if (held === 0 && !isComplex(other.terms)) {
      const words = terms.side === 'buy' ? ['long buy', 'short sell'] : ['short sell', 'long buy'];
      throw forbidden(`cannot open a ${words[0]} while a ${words[1]} order is open`);
    }
    if (isComplex(terms) || isComplex(other.terms)) continue;
    if (couldMeet(terms, other.terms)) throw washTrade(other.id);
  }
}

function couldMeet(a: Terms, b: Terms): boolean {
  if (a.type !== 'limit' || b.type !== 'limit') return true;
  const [buy, sell] = a.side === 'buy' ? [a, b] : [b, a];
  return (buy.limitPrice as number) >= (sell.limitPrice as number);
}

function checkIntent({ side, intent }: Terms, isExit: boolean): void {
  const inferred = `${side}_to_${isExit ? 'close' : 'open'}` as PositionIntent;
  if (intent === null || intent === inferred) return;
  throw unprocessable(`position intent mismatch, inferred: ${inferred}, specified: ${intent}`);
}

const SHORT_EQUITY_MIN = 2_000_000_000; // FINRA rule 4210 asks $2,000 of every margin account

function checkShort({ account, at }: Standing, symbol: string): void {
  const { shortable, easyToBorrow, borrowRatePpm } = account.assets[symbol] ?? {};
  if (!account.canShort || account.margin(at).equity < SHORT_EQUITY_MIN) {
    throw forbidden('account is not allowed to short');
  }
  const isLent = easyToBorrow !== false || borrowRatePpm !== undefined;
  if (shortable === false || !isLent) throw unprocessable(`asset "${symbol}" cannot be sold short`);
}

/** What an order costs a unit at most, or is expected to: its limit, its stop, the market. */
function costPrice({ account, at }: Standing, terms: Terms): Price {
  const { limitPrice, stopPrice, side, symbol } = terms;
  const quote = account.market.quote(symbol, at);
  const quoted = side === 'sell' ? quote?.bid : quote?.ask;
  const price = limitPrice ?? stopPrice ?? quoted ?? account.priceOf(symbol, at);
  if (price === undefined) throw unprocessable(`asset "${wireSymbol(symbol)}" has no market`);
  return price;
}

function checkLevel(standing: Standing, terms: Terms): void {
  const { account, at, orders } = standing;
  const level = account.optionsLevel;
  if (level < (terms.side === 'buy' ? 2 : 1)) {
    throw forbidden('account not eligible to trade this option strategy at its options level');
  }
  if (terms.side === 'buy') return;
  const contract = contractOf(terms.symbol);
  if (contract.right === 'put') {
    const required = times(strikeOf(contract) as Price, terms.quantity, 100);
    const available = account.free(at, orders);
    if (required > available) throw lacksPutCash(required, money(Math.max(0, available)));
    return;
  }
  const shares = account.books.quantityOf(contract.root);
  const promised = promisedOf(orders, contract.root, 'sell').promised;
  const sold = coveredShares(standing, contract.root);
  const available = Math.max(0, shares - promised - sold);
  const required = terms.quantity * 100;
  if (required > available) {
    const name = wireSymbol(terms.symbol);
    throw lacksCover(name, assetIdOf(contract.root), { required, available });
  }
}

/** Shares that cover calls sold and not covered by calls held, or that open orders are to sell. */
export function coveredShares({ account, orders, at }: Standing, root: string): number {
  const calls = account.exposures(at).filter(({ symbol }) => isCallOn(symbol, root));
  let contracts = uncovered(calls).calls;
  for (const order of orders) {
    const { symbol, side, ratio } = order.terms;
    const isOpening = side === 'sell' && ratio === null && account.books.quantityOf(symbol) <= 0;
    if (isOpen(order) && isOpening && isCallOn(symbol, root)) contracts += leftOf(order);
  }
  return contracts * 100;
}

const isCallOn = (symbol: string, root: string): boolean =>
  isOption(symbol) && contractOf(symbol).right === 'call' && contractOf(symbol).root === root;

/** Several legs: level 3, each leg in its direction, and nothing sold that nothing covers. */
function checkLegs(standing: Standing, { terms, legs }: Wish): Money {
  const { account, at } = standing;
  if (account.optionsLevel < 3) {
    throw forbidden('account not eligible to trade multi-leg option strategies');
  }
  for (const leg of legs) checkIntent(leg, checkDirection(standing, leg));
  const before = uncovered(account.exposures(at));
  const after = uncovered(merged([...account.exposures(at), ...tradesOf(standing, legs)]));
  if (after.calls > before.calls || after.puts > before.puts) {
    throw forbidden('account not eligible to trade uncovered option contracts');
  }
  const net = terms.limitPrice ?? netOf(standing, legs);
  return affordable(standing, legs, net, terms.quantity);
}

function netOf(standing: Standing, legs: readonly Terms[]): Price {
  let net = 0;
  for (const leg of legs) {
    net += signOf(leg.side as Side) * (leg.ratio as number) * costPrice(standing, leg);
  }
  return net as Price;
}

/** What trades add to the holdings, at `price` or at the market. */
function tradesOf({ account, at }: Standing, trades: readonly Terms[], price?: Price): Exposure[] {
  return trades.map(({ symbol, side, quantity }) => ({
    symbol,
    quantity: signOf(side as Side) * quantity,
    price: price ?? account.priceOf(symbol, at) ?? (1 as Price),
  }));
}

/** One exposure an option: what closes one is set against it. Shares are left as they are. */
function merged(exposures: readonly Exposure[]): Exposure[] {
  const options = new Map<string, Exposure>();
  const shares: Exposure[] = [];
  for (const each of exposures) {
    const known = options.get(each.symbol);
    if (!isOption(each.symbol)) shares.push(each);
    else if (known === undefined) options.set(each.symbol, each);
    else options.set(each.symbol, { ...known, quantity: known.quantity + each.quantity });
  }
  return [...shares, ...options.values()];
}

/**
 * Equity that these trades bind: what they leave less of it free, at `price` a unit. Throws where
 * it is more than is free.
 */
function affordable(
  standing: Standing,
  trades: readonly Terms[],
  price: Price,
  units?: number,
): Money {
  const { account, at, orders } = standing;
  const [first] = trades as readonly [Terms];
  const multiplier = multiplierOf(first.symbol);
  const sign = units === undefined ? signOf(first.side as Side) : 1;
  const cost = times(price, sign * (units ?? first.quantity), multiplier);
  const now = account.margin(at).excess;
  const added = tradesOf(standing, trades, units === undefined ? price : undefined);
  const exposures = merged([...account.exposures(at), ...added]);
  const then = account.margin(at, money(account.books.cash - cost), exposures).excess;
  const bound = money(Math.max(0, now - then, isOption(first.symbol) ? cost : 0));
  const free = account.free(at, orders);
  if (bound <= free) return bound;
  const factor = isOption(first.symbol) ? 1 : account.multiplier;
  throw lacksBuyingPower(money(Math.max(0, free) * factor), money(Math.abs(cost)));
}
