import type { trading } from '@alpacahq/alpaca-trade-api/rest';
import type { Price } from '../../base/index.ts';
import { instrumentOf } from '../../market/index.ts';
import type { ClientOrderId, Intent, OrderLeg, Side, TimeInForce } from '../../orders/index.ts';
import { dollarText } from '../number.ts';
import { alpacaSymbol } from './symbol.ts';

/** The body of an order as the SDK takes it; every number is exact text. */
export type OrderBody = trading.PostOrderRequest;

/** Terms that Alpaca never takes: refused here, before anything is sent. */
export class RefusedHere extends Error {}

const DOLLAR = 1_000_000;
const CENT = 10_000;
const SUB_DOLLAR_TICK = 100;
const LEGS_MAX = 4;

/** Signed contracts held of a symbol, as far as is known. */
export type Held = (symbol: string) => number;

/**
 * The order that `intent` is, with its own client id. `held` tells whether a leg opens or closes.
 * Throws `RefusedHere` for terms that Alpaca never takes.
 */
export function bodyOf(intent: Intent, held: Held = () => 0): OrderBody {
  const { clientOrderId, pricing, timeInForce, legs } = intent;
  const isOption = legs !== undefined || instrumentOf(intent.symbol).kind === 'option';
  const body: OrderBody = {
    clientOrderId,
    qty: count('quantity', intent.quantity),
    type: pricing.type === 'stopLimit' ? 'stop_limit' : pricing.type,
    timeInForce,
  };
  if ('limitPrice' in pricing) {
    body.limitPrice =
      legs === undefined
        ? priceText('limit', pricing.limitPrice, isOption)
        : netText(pricing.limitPrice);
  }
  if ('stopPrice' in pricing) body.stopPrice = priceText('stop', pricing.stopPrice, isOption);
  if (legs === undefined) {
    body.symbol = alpacaSymbol(intent.symbol);
    body.side = intent.side;
    return body;
  }
  if ('stopPrice' in pricing) throw new RefusedHere('An order of several legs takes no stop');
  body.orderClass = 'mleg';
  body.legs = legsOf(intent, legs, held);
  return body;
}

/** Purposes that may only shrink a position (invariant 19). */
const SHRINKS: ReadonlySet<Intent['purpose']> = new Set(['exit', 'protect', 'flatten', 'repair']);

function legsOf(
  { purpose }: Intent,
  legs: readonly OrderLeg[],
  held: Held,
): NonNullable<OrderBody['legs']> {
  if (legs.length < 2 || legs.length > LEGS_MAX) {
    throw new RefusedHere(`An order of legs has two to ${LEGS_MAX} of them, not "${legs.length}"`);
  }
  return legs.map(({ symbol, side, ratio }) => {
    const closes = SHRINKS.has(purpose) || (side === 'buy' ? held(symbol) < 0 : held(symbol) > 0);
    const positionIntent = `${side}_to_${closes ? 'close' : 'open'}` as const;
    return { symbol: alpacaSymbol(symbol), side, ratioQty: count('ratio', ratio), positionIntent };
  });
}

export interface BracketTerms {
  readonly clientOrderId: ClientOrderId;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** Entry at the market when left out. */
  readonly limitPrice?: Price;
  readonly stopPrice: Price;
  /** The stop becomes a limit order at this price; a market order when left out. */
  readonly stopLimitPrice?: Price;
  readonly targetPrice: Price;
  readonly timeInForce: TimeInForce;
}

/**
 * An entry with a stop and a target that rest at the broker once it is filled, of which one ends
 * the other. For people and tests: the engine keeps pairs of its own. Throws `RefusedHere`.
 */
export function bracketOrder(terms: BracketTerms): OrderBody {
  const { side, limitPrice, stopPrice, targetPrice } = terms;
  const isInOrder = side === 'buy' ? targetPrice > stopPrice : targetPrice < stopPrice;
  if (!isInOrder) throw new RefusedHere('A bracket has its target on the gaining side of its stop');
  const body = { ...ownTerms(terms), ...exitsOf(terms), orderClass: 'bracket' as const };
  return limitPrice === undefined
    ? { ...body, type: 'market' }
    : { ...body, type: 'limit', limitPrice: priceText('limit', limitPrice, false) };
}

export type OcoTerms = Omit<BracketTerms, 'limitPrice'>;

/**
 * A stop and a target for a position that is held, of which one ends the other; `side` is the one
 * that closes. Throws `RefusedHere`.
 */
export function ocoOrder(terms: OcoTerms): OrderBody {
  const { side, stopPrice, targetPrice } = terms;
  const isInOrder = side === 'sell' ? targetPrice > stopPrice : targetPrice < stopPrice;
  if (!isInOrder) throw new RefusedHere('A pair has its target on the gaining side of its stop');
  return { ...ownTerms(terms), ...exitsOf(terms), type: 'limit', orderClass: 'oco' };
}

function ownTerms(terms: OcoTerms): Omit<OrderBody, 'type'> {
  const { clientOrderId, symbol, side, quantity, timeInForce } = terms;
  if (instrumentOf(symbol).kind === 'option') {
    throw new RefusedHere('Alpaca takes brackets and pairs for shares only');
  }
  return { clientOrderId, symbol, side, qty: count('quantity', quantity), timeInForce };
}

function exitsOf({
  stopPrice,
  stopLimitPrice,
  targetPrice,
}: OcoTerms): Pick<OrderBody, 'takeProfit' | 'stopLoss'> {
  const stop = { stopPrice: priceText('stop', stopPrice, false) };
  return {
    takeProfit: { limitPrice: priceText('target', targetPrice, false) },
    stopLoss:
      stopLimitPrice === undefined
        ? stop
        : { ...stop, limitPrice: priceText('stop limit', stopLimitPrice, false) },
  };
}

function count(name: string, value: number): string {
  if (Number.isSafeInteger(value) && value > 0) return String(value);
  throw new RefusedHere(`The ${name} "${value}" is not whole and above zero`);
}

/**
 * A price above zero on its tick: cents from one dollar on and for options, hundredths of a cent
 * below. Source: Alpaca, "Placing orders", sub-penny increments; Rule 612 of Regulation NMS.
 */
function priceText(name: string, price: Price, isOption: boolean): string {
  const tick = price >= DOLLAR || isOption ? CENT : SUB_DOLLAR_TICK;
  if (Number.isSafeInteger(price) && price > 0 && price % tick === 0) return dollarText(price);
  const unit = tick === CENT ? 'whole cents' : 'hundredths of a cent';
  throw new RefusedHere(`The ${name} price "${price / DOLLAR}" is not in ${unit} above zero`);
}

/** The net price of a unit, in cents: above zero is paid, below zero received. */
function netText(price: Price): string {
  if (Number.isSafeInteger(price) && price % CENT === 0) return dollarText(price);
  throw new RefusedHere(`The net price "${price / DOLLAR}" is not in whole cents`);
}
