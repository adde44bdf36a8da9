import type { Instant, Money, Price } from '../../base/index.ts';
import { exchangeDate } from '../../market/index.ts';
import type { ClientOrderId, Intent, IntentId, Pricing, Report, Side } from '../../orders/index.ts';
import { drawOf, type DrawPurpose, SimBroker, type SimBrokerSettings } from '../../sim/index.ts';
import type { VenueMarket } from './market/source.ts';
import type { DeskOrder, Terms } from './records.ts';

const PURPOSES: Readonly<Record<DrawPurpose, number>> = {
  reject: 0,
  slippage: 1,
  delay: 2,
  pieces: 3,
};
const ORDERS_MAX = 64; // of one group, replaced ones included
/** The simulated broker fills; what can be afforded is decided by the account's own books. */
const UNLIMITED = 4_000_000_000_000_000 as Money;

/**
 * The simulated broker of one order and those linked with it: it fills them at the ask or the bid,
 * in the way its settings say, drawn by the seed and this ticket's number.
 */
export class Ticket {
  readonly number: number;
  readonly #sim: SimBroker;
  readonly #market: VenueMarket;
  /** Which side of the market each symbol of it meets. */
  readonly #sides: Map<string, Side> = new Map();

  constructor(number: number, settings: SimBrokerSettings, market: VenueMarket) {
    this.number = number;
    this.#market = market;
    const { reserve: _, ...own } = settings;
    this.#sim = new SimBroker({ ...own, shortSelling: true }, UNLIMITED, (order, purpose) =>
      drawOf(settings.seed, number * ORDERS_MAX + order, PURPOSES[purpose]),
    );
  }

  submit(order: DeskOrder, legs: readonly DeskOrder[], at: Instant): Report[] {
    const intent = intentOf(order, legs, at);
    this.#learnSides(intent);
    return this.#sim.submit(intent, at, this.#prices(at));
  }

  advance(at: Instant): Report[] {
    return this.#sim.advance(at, this.#prices(at));
  }

  cancel(id: string, at: Instant): Report[] {
    return this.#sim.cancel(id as ClientOrderId, at, 'canceled');
  }

  nextDue(): Instant | undefined {
    return this.#sim.nextDue();
  }

  /** Stops that the market has reached: they go on as market or limit orders. */
  get triggered(): number {
    let count = 0;
    for (const order of this.#sim.working.values()) if (order.triggered === true) count++;
    return count;
  }

  get isDone(): boolean {
    return this.#sim.working.size === 0;
  }

  save(): string {
    return this.#sim.save();
  }

  restore(text: string): void {
    this.#sim.restore(text);
    for (const orders of [this.#sim.working, this.#sim.done]) {
      for (const { intent } of orders.values()) this.#learnSides(intent);
    }
  }

  #learnSides({ symbol, side, legs }: Intent): void {
    if (legs === undefined) this.#sides.set(symbol, side);
    else for (const leg of legs) this.#sides.set(leg.symbol, leg.side);
  }

  #prices(at: Instant) {
    return (symbol: string): Price | undefined => {
      const quote = this.#market.quote(symbol, at);
      return this.#sides.get(symbol) === 'sell' ? quote?.bid : quote?.ask;
    };
  }
}

function intentOf(order: DeskOrder, legs: readonly DeskOrder[], at: Instant): Intent {
  const { terms, id, role, ticket } = order;
  const first = legs[0]?.terms ?? terms;
  const parts = legs.map((leg) => ({
    symbol: leg.terms.symbol,
    side: leg.terms.side as Side,
    ratio: leg.terms.ratio as number,
  }));
  return {
    id: id as IntentId,
    clientOrderId: id as ClientOrderId,
    book: 'paper',
    symbol: first.symbol,
    side: terms.side === '' ? 'buy' : terms.side,
    quantity: terms.quantity,
    pricing: pricingOf(terms),
    timeInForce: 'gtc',
    purpose: 'rebalance',
    expectedPrice: 1 as Price,
    at,
    date: exchangeDate(at),
    ...(parts.length === 0 ? {} : { legs: parts }),
    ...(role === null ? {} : { link: { group: String(ticket), role } }),
  };
}

/** A trailing stop comes here when it was reached, and is a market order then. */
function pricingOf({ type, limitPrice, stopPrice }: Terms): Pricing {
  switch (type) {
    case 'market':
    case 'trailing_stop':
      return { type: 'market' };
    case 'limit':
      return { type, limitPrice: limitPrice as Price };
    case 'stop':
      return { type, stopPrice: stopPrice as Price };
    case 'stop_limit':
      return {
        type: 'stopLimit',
        stopPrice: stopPrice as Price,
        limitPrice: limitPrice as Price,
      };
  }
}
