import { BadInput, type Price } from '../../base/index.ts';
import { parseOcc } from '../../market/index.ts';
import type { Intent, OrderLeg, Pricing, Side } from '../../orders/index.ts';
import { isOption, toSchwab } from './symbol.ts';

/** What is asked of a position in an instrument; signed whole units, 0 where it is flat. */
export type Held = (symbol: string) => number;

export type Instruction =
  | 'BUY'
  | 'SELL'
  | 'BUY_TO_COVER'
  | 'SELL_SHORT'
  | 'BUY_TO_OPEN'
  | 'BUY_TO_CLOSE'
  | 'SELL_TO_OPEN'
  | 'SELL_TO_CLOSE';

export interface RequestLeg {
  readonly instruction: Instruction;
  readonly instrument: { readonly assetType: 'EQUITY' | 'OPTION'; readonly symbol: string };
  readonly quantity: number;
}

/** An order as Schwab takes it. Prices are texts, so that no float rounds them. */
export interface OrderRequest {
  readonly session: 'NORMAL';
  readonly duration: 'DAY' | 'GOOD_TILL_CANCEL';
  readonly orderType: string;
  readonly complexOrderStrategyType?: 'VERTICAL';
  readonly quantity?: number;
  readonly price?: string;
  readonly stopPrice?: string;
  readonly orderLegCollection: readonly RequestLeg[];
  readonly orderStrategyType: 'SINGLE';
}

/**
 * The order that says what `intent` means, given what is held before it. Throws `BadInput` for what
 * Schwab cannot say: a price finer than its tick, an order that crosses zero, a spread that is no
 * vertical, orders that end each other. Nothing has left then.
 */
export function orderRequestOf(intent: Intent, held: Held): OrderRequest {
  if (intent.link !== undefined) throw new BadInput('Orders that end each other are not sent here');
  const common = {
    session: 'NORMAL',
    duration: intent.timeInForce === 'day' ? 'DAY' : 'GOOD_TILL_CANCEL',
  } as const;
  if (intent.legs !== undefined) return { ...common, ...verticalOf(intent, intent.legs, held) };
  return {
    ...common,
    ...pricesOf(intent.pricing),
    orderLegCollection: [legOf(intent, intent.quantity, held)],
    orderStrategyType: 'SINGLE',
  };
}

const WORDS = { market: 'MARKET', limit: 'LIMIT', stop: 'STOP', stopLimit: 'STOP_LIMIT' } as const;

function pricesOf(pricing: Pricing) {
  return {
    orderType: WORDS[pricing.type],
    ...('limitPrice' in pricing && { price: priceText(above(pricing.limitPrice)) }),
    ...('stopPrice' in pricing && { stopPrice: priceText(above(pricing.stopPrice)) }),
  };
}

function above(price: Price): Price {
  if (price > 0) return price;
  throw new BadInput(`Price "${price}" micro-dollars is not above zero`);
}

const CENT = 10_000; // micro-dollars
const HUNDREDTH_CENT = 100;
const DOLLAR = 1_000_000;

/**
 * A price without its sign as Schwab takes it: two decimals from one dollar on, four below.
 * Throws `BadInput` for a finer one: it is never rounded, for then it would be another order.
 */
export function priceText(price: Price): string {
  const size = Math.abs(price);
  const [step, digits] = size >= DOLLAR || size === 0 ? [CENT, 2] : [HUNDREDTH_CENT, 4];
  if (size % step !== 0) throw new BadInput(`Price "${size / DOLLAR}" is finer than its tick`);
  const parts = String((size % DOLLAR) / step).padStart(digits, '0');
  return `${Math.floor(size / DOLLAR)}.${parts}`;
}

function verticalOf(intent: Intent, legs: readonly OrderLeg[], held: Held) {
  const { pricing, quantity } = intent;
  if (!isVertical(legs)) throw new BadInput(`Order "${intent.id}" is no vertical spread`);
  if (pricing.type !== 'limit') throw new BadInput(`Order "${intent.id}" has no net price`);
  const net = pricing.limitPrice;
  const orderType = net > 0 ? 'NET_DEBIT' : net < 0 ? 'NET_CREDIT' : 'NET_ZERO';
  return {
    orderType,
    complexOrderStrategyType: 'VERTICAL',
    quantity,
    ...(net !== 0 && { price: priceText(net) }),
    orderLegCollection: legs.map((leg) => legOf(leg, quantity, held)),
    orderStrategyType: 'SINGLE',
  } as const;
}

/** One bought and one sold, of one root, expiration and right, at two strikes. */
function isVertical(legs: readonly OrderLeg[]): boolean {
  const [one, other] = legs;
  if (one === undefined || other === undefined || legs.length !== 2) return false;
  if (one.side === other.side || one.ratio !== 1 || other.ratio !== 1) return false;
  const [a, b] = [parseOcc(one.symbol), parseOcc(other.symbol)];
  const isOneKind = a.root === b.root && a.expiration === b.expiration && a.right === b.right;
  return isOneKind && a.strikeMills !== b.strikeMills;
}

function legOf(leg: { symbol: string; side: Side }, quantity: number, held: Held): RequestLeg {
  const { symbol, side } = leg;
  const option = isOption(symbol);
  return {
    instruction: instructionOf(side, quantity, { symbol, held: held(symbol), option }),
    instrument: { assetType: option ? 'OPTION' : 'EQUITY', symbol: toSchwab(symbol) },
    quantity,
  };
}

/** Whether it opens or closes: a buy closes what is short, a sale what is long, in whole. */
function instructionOf(
  side: Side,
  quantity: number,
  { symbol, held, option }: { symbol: string; held: number; option: boolean },
): Instruction {
  if (!Number.isSafeInteger(held)) throw new BadInput(`What is held of "${symbol}" is not known`);
  const closes = side === 'buy' ? Math.max(0, -held) : Math.max(0, held);
  if (closes > 0 && quantity > closes) {
    throw new BadInput(
      `To ${side} ${quantity} of "${symbol}" with ${held} held would cross zero: ` +
        'Schwab takes it as two orders',
    );
  }
  const isClosing = closes > 0;
  if (option) {
    if (side === 'buy') return isClosing ? 'BUY_TO_CLOSE' : 'BUY_TO_OPEN';
    return isClosing ? 'SELL_TO_CLOSE' : 'SELL_TO_OPEN';
  }
  if (side === 'buy') return isClosing ? 'BUY_TO_COVER' : 'BUY';
  return isClosing ? 'SELL' : 'SELL_SHORT';
}
