import { type Money, type Price, ratio } from '../base/index.ts';
import { type Instrument, instrumentOf } from '../market/index.ts';
import {
  type ClientOrderId,
  type Order,
  type OrderLink,
  type Pricing,
  remaining,
  type Side,
} from '../orders/index.ts';
import { type Costs, slippedPrice } from '../portfolio/index.ts';
import type { Setup } from './setup.ts';
import { markOf, type State } from './state.ts';

/** What live orders in one symbol may yet bring to one book. */
export interface Tally {
  /** Unsigned shares. */
  buys: number;
  sells: number;
  /** Their notional at the worst price of each, in micro-dollars. */
  buyValue: number;
  sellValue: number;
  /** The highest of those prices. */
  price: number;
  /** Shares of `buys` that come in one fill with sales of other legs. */
  together: number;
}

/** What live orders may yet take from and bring to one book (invariants 5 and 13). */
export interface Pendings {
  /** Cash, fees counted. */
  cost: number;
  readonly bySymbol: Map<string, Tally>;
}

const newTally = (): Tally => ({
  buys: 0,
  sells: 0,
  buyValue: 0,
  sellValue: 0,
  price: 0,
  together: 0,
});

/** An instrument of the desk, or what its symbol alone tells. */
export const instrumentAt = ({ plan }: State, symbol: string): Instrument =>
  plan.instruments[plan.index.get(symbol) ?? -1] ?? instrumentOf(symbol);

/**
 * Price at which an order counts while the market is at `price`: a market order with slippage, a
 * limit order to buy at the worse of both, one to sell at its limit; a stop at where it becomes one
 * of these.
 */
export function worstPrice(side: Side, pricing: Pricing, price: Price, costs: Costs): Price {
  switch (pricing.type) {
    case 'market':
      return slippedPrice(price, side, costs);
    case 'stop':
      return slippedPrice(
        side === 'buy' ? higher(pricing.stopPrice, price) : pricing.stopPrice,
        side,
        costs,
      );
    default:
      return side === 'buy' ? higher(pricing.limitPrice, price) : pricing.limitPrice;
  }
}

const higher = (a: Price, b: Price): Price => (a > b ? a : b);

/** Cash that one unit bought at `worst` takes: its notional and both fees. */
export function unitCost(worst: Price, multiplier: number, costs: Costs): number {
  const notional = worst * multiplier;
  const fee = costs.feePpm === 0 ? 0 : ratio(notional, costs.feePpm, 1_000_000, 'up');
  return notional + costs.feePerShare + fee;
}

/** What the order looked at is linked to: orders of its group count once with it. */
export interface Beside {
  readonly except: ClientOrderId | undefined;
  readonly link: OrderLink | undefined;
  readonly quantity: number;
}

/** What live orders may yet do, by book; UNKNOWN ones in full. */
export function pendingByBook(setup: Setup, state: State, beside: Beside): Map<string, Pendings> {
  const books = new Map<string, Pendings>();
  const groups = new Map<string, Counted>();
  for (const order of state.orders.live.values()) {
    const { intent } = order;
    if (intent.clientOrderId === beside.except) continue;
    let pendings = books.get(intent.book);
    if (pendings === undefined) {
      books.set(intent.book, (pendings = { cost: 0, bySymbol: new Map() }));
    }
    if (intent.legs === undefined) addOrder(setup, state, pendings, order, { beside, groups });
    else addLegs(setup, state, pendings, order);
  }
  return books;
}

/** Cash that all orders under way may still take, at their worst. */
export function reservedCash(setup: Setup, state: State): Money {
  const all = { except: undefined, link: undefined, quantity: 0 };
  let sum = 0;
  for (const { cost } of pendingByBook(setup, state, all).values()) sum += cost;
  return sum as Money;
}

/** Cash and shares of `symbol` that live orders of a book may yet take and bring. */
export function pendingBuysOf(
  setup: Setup,
  state: State,
  symbol: string,
  book: string,
): { readonly cost: Money; readonly shares: number } {
  if (state.orders.live.size === 0) return { cost: 0 as Money, shares: 0 };
  const beside = { except: undefined, link: undefined, quantity: 0 };
  const pendings = pendingByBook(setup, state, beside).get(book);
  const shares = pendings?.bySymbol.get(symbol)?.buys ?? 0;
  return { cost: (pendings?.cost ?? 0) as Money, shares };
}

/** What a group of linked orders counted for so far: its worst member. */
interface Counted {
  shares: number;
  value: number;
  cost: number;
}

interface Linking {
  readonly beside: Beside;
  readonly groups: Map<string, Counted>;
}

const NOTHING: Readonly<Counted> = { shares: 0, value: 0, cost: 0 };

function addOrder(
  setup: Setup,
  state: State,
  pendings: Pendings,
  order: Order,
  { beside, groups }: Linking,
): void {
  const { symbol, side, pricing, expectedPrice, link } = order.intent;
  const { multiplier } = instrumentAt(state, symbol);
  const market = higher(expectedPrice, markOf(state, symbol) ?? expectedPrice);
  const worst = worstPrice(side, pricing, market, setup.costs);
  const linked = link !== undefined && setup.broker.oco;
  let left = remaining(order);
  // Only one of a group fills: what the order looked at counts for is not counted again.
  if (linked && beside.link?.group === link.group) left = Math.max(0, left - beside.quantity);
  const each = side === 'sell' ? higher(worst, market) : worst;
  const own = {
    shares: left,
    value: each * multiplier * left,
    cost: side === 'buy' ? unitCost(worst, multiplier, setup.costs) * left : 0,
  };
  const known = linked ? (groups.get(`${link.group} ${side} ${symbol}`) ?? NOTHING) : NOTHING;
  addTo(pendings, symbol, side, {
    shares: Math.max(0, own.shares - known.shares),
    value: Math.max(0, own.value - known.value),
    cost: Math.max(0, own.cost - known.cost),
    price: left > 0 ? each : 0,
  });
  if (!linked) return;
  groups.set(`${link.group} ${side} ${symbol}`, {
    shares: Math.max(own.shares, known.shares),
    value: Math.max(own.value, known.value),
    cost: Math.max(own.cost, known.cost),
  });
}

type Part = Counted & { readonly price: number };

function addTo(pendings: Pendings, symbol: string, side: Side, part: Part): Tally {
  let tally = pendings.bySymbol.get(symbol);
  if (tally === undefined) pendings.bySymbol.set(symbol, (tally = newTally()));
  if (side === 'buy') {
    tally.buys += part.shares;
    tally.buyValue += part.value;
  } else {
    tally.sells += part.shares;
    tally.sellValue += part.value;
  }
  tally.price = Math.max(tally.price, part.price);
  pendings.cost += part.cost;
  return tally;
}

/**
 * Every leg alone, as well as all of them together: cash is what the bought legs cost alone, or the
 * net price where a leg has no mark; not known where there is neither.
 */
function addLegs(setup: Setup, state: State, pendings: Pendings, order: Order): void {
  const { legs = [] } = order.intent;
  const left = remaining(order);
  for (const { symbol, side, ratio: each } of legs) {
    const { multiplier } = instrumentAt(state, symbol);
    const price = markOf(state, symbol) ?? 0;
    const shares = each * left;
    const value = price * multiplier * shares;
    const tally = addTo(pendings, symbol, side, { shares, value, cost: 0, price });
    if (side === 'buy') tally.together += shares;
  }
  pendings.cost += legsCost(setup, state, order.intent) * left;
}

/** What one unit of an order of several legs may cost, fees counted; not a number if unknown. */
export function legsCost(
  { costs }: Setup,
  state: State,
  { legs = [], pricing }: Pick<Order['intent'], 'legs' | 'pricing'>,
): Money {
  let alone = 0;
  let fees = 0;
  let largest = 1;
  for (const { symbol, side, ratio: each } of legs) {
    const { multiplier } = instrumentAt(state, symbol);
    largest = Math.max(largest, multiplier);
    fees += costs.feePerShare * each;
    const mark = markOf(state, symbol);
    if (side === 'buy') {
      alone +=
        mark === undefined
          ? Number.NaN
          : unitCost(slippedPrice(mark, 'buy', costs), multiplier, costs) * each;
    }
  }
  const net = 'limitPrice' in pricing ? Math.max(0, pricing.limitPrice) * largest : Number.NaN;
  if (Number.isNaN(alone)) return (net + fees) as Money;
  return (Number.isNaN(net) ? alone : Math.max(alone, net + fees)) as Money;
}
