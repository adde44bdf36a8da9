import {
  add,
  type Instant,
  type Money,
  money,
  type Price,
  ratio,
  subtract,
  times,
} from '../base/index.ts';
import { type Intent, type OrderLeg, type Side, signOf } from '../orders/index.ts';
import type { SimBrokerSettings, SimFill, SimOrder } from './broker-order.ts';
import { feeOfFill, legsOf, multiplierOf, netPrice } from './contract.ts';

type Working = ReadonlyMap<unknown, SimOrder>;

/** Shares or units that an order has still to fill. */
export const leftOf = ({ intent, filled = 0, taken = 0 }: SimOrder): number =>
  intent.quantity - filled - taken;

/** Cash and shares of the built-in broker, and what open orders hold of them. */
export class SimFunds {
  readonly #settings: SimBrokerSettings;
  cash: Money;
  /** Signed shares by symbol; flat ones are left out. */
  readonly positions: Map<string, number> = new Map();

  constructor(settings: SimBrokerSettings, cash: Money) {
    this.#settings = settings;
    this.cash = cash;
  }

  heldOf(symbol: string): number {
    return this.positions.get(symbol) ?? 0;
  }

  /** Cash comes in or goes out. */
  transfer(amount: Money): void {
    this.cash = money(add(this.cash, amount));
  }

  /** Moves cash and shares by a fill; its fee. */
  book(symbol: string, side: Side, quantity: number, price: Price): Money {
    const multiplier = multiplierOf(symbol);
    const fee = feeOfFill(price, quantity, this.#settings.costs, multiplier);
    const signed = signOf(side) * quantity;
    this.cash = subtract(subtract(this.cash, times(price, signed, multiplier)), fee);
    const after = (this.positions.get(symbol) ?? 0) + signed;
    if (after === 0) this.positions.delete(symbol);
    else this.positions.set(symbol, after);
    return fee;
  }

  /** Moves cash and shares by a fill of each leg; the fills. */
  bookParts(intent: Intent, prices: readonly Price[], quantity: number, at: Instant): SimFill[] {
    return legsOf(intent).map(({ symbol, side, ratio: count }, i) => {
      const price = prices[i] as Price;
      const part = quantity * count;
      return { at, symbol, quantity: part, price, fee: this.book(symbol, side, part, price) };
    });
  }

  /** Cash that `quantity` takes at these prices or, where that is asked, at the order's limit. */
  costOf(intent: Intent, prices: readonly Price[], quantity: number, atLimit: boolean): number {
    const { pricing } = intent;
    const legs = legsOf(intent);
    const limit = atLimit && 'limitPrice' in pricing ? pricing.limitPrice : undefined;
    const each = limit ?? netPrice(legs, prices);
    let cost: number = times(each, quantity, multiplierOf((legs[0] as OrderLeg).symbol));
    legs.forEach((leg, i) => {
      const multiplier = multiplierOf(leg.symbol);
      const count = quantity * leg.ratio;
      cost += feeOfFill(prices[i] as Price, count, this.#settings.costs, multiplier);
    });
    return cost;
  }

  /** Cash that open buys hold, less with each piece that filled. */
  heldForBuys(working: Working): number {
    let sum = 0;
    for (const order of working.values()) {
      const { held = 0, intent } = order;
      if (held > 0) sum += ratio(held, leftOf(order), intent.quantity, 'up');
    }
    return sum;
  }

  /** Shares of the symbol that other open sells hold; of a linked group the largest does. */
  heldForSells({ symbol, link }: Intent, working: Working): number {
    if (this.#settings.reserve !== true) return 0;
    let sum = 0;
    const groups = new Map<string, number>();
    for (const order of working.values()) {
      const { intent } = order;
      if (intent.symbol !== symbol || intent.side !== 'sell' || intent.legs !== undefined) continue;
      const left = leftOf(order);
      const group = intent.link?.group;
      if (group === undefined) sum += left;
      else if (group !== link?.group) groups.set(group, Math.max(groups.get(group) ?? 0, left));
    }
    for (const most of groups.values()) sum += most;
    return sum;
  }

  /** Whether cash or shares for `quantity` at these prices are not there. */
  lacksAtFill(intent: Intent, prices: readonly Price[], quantity: number): boolean {
    const held = this.heldOf(intent.symbol);
    if (intent.legs === undefined) {
      if (intent.side === 'sell') return quantity > held && !this.#settings.shortSelling;
      if (held < 0) return false;
    }
    return this.costOf(intent, prices, quantity, false) > this.cash;
  }
}
