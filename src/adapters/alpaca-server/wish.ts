import type { Price } from '../../base/index.ts';
import type { Side } from '../../orders/index.ts';
import { microsOf, netPriceOf, priceOf, quantityOf } from '../number.ts';
import type { DeskTimeInForce, OrderClass, OrderType, PositionIntent, Terms } from './records.ts';
import { forbidden, malformed, subPenny, unprocessable } from './refused.ts';
import { houseSymbol, isOption, underlyingOf } from './symbols.ts';

/** An order as it was asked for: its own terms, those of its exits or legs, and its name. */
export interface Wish {
  readonly clientOrderId: string | null;
  readonly terms: Terms;
  readonly target: Terms | null;
  readonly stop: Terms | null;
  readonly legs: readonly Terms[];
}

type Fields = Readonly<Record<string, unknown>>;

const TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'];
const FORCES: readonly DeskTimeInForce[] = ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'];
const CLASSES: readonly OrderClass[] = ['', 'simple', 'bracket', 'oco', 'oto', 'mleg'];
const INTENTS = ['buy_to_open', 'buy_to_close', 'sell_to_open', 'sell_to_close'] as const;
const CLIENT_ORDER_ID_MAX = 128;
const QUANTITY_MAX = 10_000_000;
const LEGS_MAX = 4;
const [DOLLAR, CENT, SUB_DOLLAR_TICK] = [1_000_000, 10_000, 100];

export const fieldsOf = (body: unknown): Fields => {
  const isRecord = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isRecord) throw malformed('request body format is invalid');
  return body as Fields;
};

/** An order's wish from a request's body. Throws `Refused` where its form is not Alpaca's. */
export function wishOf(body: unknown): Wish {
  const fields = fieldsOf(body);
  const orderClass = oneOf(CLASSES, fields.order_class ?? '', 'order_class');
  const clientOrderId = clientIdOf(fields.client_order_id);
  if (orderClass === 'mleg') return { ...multiLegOf(fields), clientOrderId };
  const terms = termsOf(orderClass === 'oco' ? withTarget(fields) : fields, orderClass);
  const exits = orderClass === '' || orderClass === 'simple' ? NO_EXITS : exitsOf(fields, terms);
  if (orderClass !== 'oco') return { clientOrderId, terms, ...exits, legs: [] };
  return { clientOrderId, terms: exits.target as Terms, target: null, stop: exits.stop, legs: [] };
}

/** An OCO is its profit target, wherever the request has its limit. */
function withTarget(fields: Fields): Fields {
  const target = fields.take_profit;
  if (typeof target !== 'object' || target === null) return fields;
  return { ...fields, limit_price: fieldsOf(target).limit_price };
}

const NO_EXITS = { target: null, stop: null };

export function clientIdOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw malformed('client_order_id is invalid');
  if (value.length <= CLIENT_ORDER_ID_MAX) return value;
  throw malformed(`client_order_id must be no more than ${CLIENT_ORDER_ID_MAX} characters`);
}

function oneOf<T extends string>(known: readonly T[], value: unknown, field: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw unprocessable(`invalid ${field}: ${String(value).slice(0, 40)}`);
  return found;
}

export const forceOf = (value: unknown): DeskTimeInForce =>
  oneOf(FORCES, value ?? '', 'time_in_force');

function termsOf(fields: Fields, orderClass: OrderClass): Terms {
  if (fields.symbol === undefined || fields.symbol === '') throw malformed('symbol is required');
  const symbol = houseSymbol(fields.symbol);
  if (symbol === null) throw unprocessable(`asset "${String(fields.symbol)}" not found`);
  if (fields.side === undefined || fields.side === '') throw malformed('side is required');
  const side = oneOf(['buy', 'sell'], fields.side, 'side') as Side;
  const terms: Terms = {
    symbol,
    side,
    quantity: countOf(fields, symbol),
    type: oneOf(TYPES, fields.type ?? '', 'order type'),
    timeInForce: forceOf(fields.time_in_force),
    ...pricesOf(fields),
    extendedHours: fields.extended_hours === true,
    orderClass,
    intent: intentOf(fields.position_intent, side),
    ratio: null,
  };
  checkTerms(terms);
  return terms;
}

function intentOf(value: unknown, side: Side): PositionIntent | null {
  if (value === undefined || value === null || value === '') return null;
  const intent = oneOf(INTENTS, value, 'position_intent');
  if (!intent.startsWith(side)) throw unprocessable('position intent mismatch with side');
  return intent;
}

/** A whole quantity: this broker's assets are not fractionable. */
function countOf(fields: Fields, symbol: string): number {
  if (fields.notional !== undefined && fields.notional !== null) {
    throw forbidden(`asset "${symbol}" is not fractionable`);
  }
  if (fields.qty === undefined || fields.qty === null) throw malformed('qty is required');
  return wholeCount(fields.qty, symbol);
}

export function wholeCount(value: unknown, symbol: string): number {
  const found = quantityOf(value);
  if (found === null) throw malformed('qty is invalid');
  if (found.fraction !== null) throw forbidden(`asset "${symbol}" is not fractionable`);
  if (found.whole <= 0) throw unprocessable('qty must be > 0');
  if (found.whole > QUANTITY_MAX) throw unprocessable(`qty must be <= ${QUANTITY_MAX}`);
  return found.whole;
}

function pricesOf(fields: Fields) {
  return {
    limitPrice: amountOf(fields, 'limit_price'),
    stopPrice: amountOf(fields, 'stop_price'),
    trailPrice: amountOf(fields, 'trail_price'),
    trailPercent: amountOf(fields, 'trail_percent'),
  };
}

/** A price above zero, or null where none was asked for. */
export function amountOf(fields: Fields, field: string): Price | null {
  const value = fields[field];
  if (value === undefined || value === null || value === '') return null;
  const found = priceOf(value);
  if (found !== null) return found;
  if (microsOf(value) === null) throw malformed(`${field} is invalid`);
  throw unprocessable(`${field} must be > 0`);
}

/** What is wrong with an order's own terms, whatever market and account are. */
export function checkTerms(terms: Terms): void {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent } = terms;
  const hasLimit = type === 'limit' || type === 'stop_limit';
  const hasStop = type === 'stop' || type === 'stop_limit';
  if (hasLimit !== (limitPrice !== null)) {
    throw unprocessable(`${type} orders require ${hasLimit ? 'a' : 'no'} limit_price`);
  }
  if (hasStop !== (stopPrice !== null)) {
    throw unprocessable(`${type} orders require ${hasStop ? 'a' : 'no'} stop_price`);
  }
  const trails = Number(trailPrice !== null) + Number(trailPercent !== null);
  if (trails !== (type === 'trailing_stop' ? 1 : 0)) {
    throw unprocessable(`${type} orders require ${type === 'trailing_stop' ? 'one' : 'no'} trail`);
  }
  onTick('limit_price', limitPrice);
  onTick('stop_price', stopPrice);
  checkForce(terms);
}

function checkForce({ symbol, type, timeInForce, extendedHours, orderClass }: Terms): void {
  const isAuction = timeInForce === 'opg' || timeInForce === 'cls';
  const isPlain = type === 'market' || type === 'limit';
  if (isOption(symbol)) {
    if (!isPlain) throw unprocessable('invalid order type for options trading');
    if (timeInForce !== 'day')
      throw unprocessable('order_time_in_force provided not supported for options trading');
    if (orderClass !== '' && orderClass !== 'simple')
      throw unprocessable('invalid order class for options trading');
  }
  if (isAuction && !isPlain) throw unprocessable(`invalid order type for ${timeInForce}`);
  if (extendedHours && (type !== 'limit' || (timeInForce !== 'day' && timeInForce !== 'gtc'))) {
    throw unprocessable('extended hours order must be DAY or GTC limit orders');
  }
  const isComplex = orderClass !== '' && orderClass !== 'simple';
  if (isComplex && timeInForce !== 'day' && timeInForce !== 'gtc') {
    throw unprocessable('complex orders must be DAY or GTC orders');
  }
  if (isComplex && extendedHours)
    throw unprocessable('complex orders do not support extended hours');
}

function onTick(field: string, at: Price | null): void {
  if (at !== null && at % (at < DOLLAR ? SUB_DOLLAR_TICK : CENT) !== 0) throw subPenny(field, at);
}

/** The exits of a bracket, an OCO or an OTO: orders the other way. */
function exitsOf(fields: Fields, entry: Terms): { target: Terms | null; stop: Terms | null } {
  const { orderClass } = entry;
  const base: Terms = {
    ...entry,
    side: orderClass === 'oco' ? entry.side : entry.side === 'buy' ? 'sell' : 'buy',
    intent: null,
    limitPrice: null,
    stopPrice: null,
    trailPrice: null,
    trailPercent: null,
  };
  const target = targetOf(fields, base);
  const stop = stopOf(fields, base);
  if (orderClass === 'oto' ? (target === null) === (stop === null) : !target || !stop) {
    const wanted =
      orderClass === 'oto'
        ? 'either take_profit or stop_loss'
        : 'take_profit.limit_price and stop_loss.stop_price';
    throw unprocessable(`${orderClass} orders require ${wanted}`);
  }
  if (orderClass === 'oco' && entry.type !== 'limit')
    throw unprocessable('oco orders must be limit orders');
  checkSides(base.side as Side, target, stop);
  return { target, stop };
}

function targetOf(fields: Fields, base: Terms): Terms | null {
  const given = fields.take_profit;
  const ofOco = base.orderClass === 'oco' && given === undefined ? fields.limit_price : undefined;
  if ((given === undefined || given === null) && ofOco === undefined) return null;
  const limitPrice = amountOf(given ? fieldsOf(given) : { limit_price: ofOco }, 'limit_price');
  if (limitPrice === null) throw unprocessable('take_profit.limit_price is required');
  onTick('take_profit.limit_price', limitPrice);
  return { ...base, type: 'limit', limitPrice };
}

function stopOf(fields: Fields, base: Terms): Terms | null {
  if (fields.stop_loss === undefined || fields.stop_loss === null) return null;
  const given = fieldsOf(fields.stop_loss);
  const stopPrice = amountOf(given, 'stop_price');
  if (stopPrice === null) throw unprocessable('stop_loss.stop_price is required');
  const limitPrice = amountOf(given, 'limit_price');
  onTick('stop_loss.stop_price', stopPrice);
  onTick('stop_loss.limit_price', limitPrice);
  return { ...base, type: limitPrice === null ? 'stop' : 'stop_limit', stopPrice, limitPrice };
}

function checkSides(side: Side, target: Terms | null, stop: Terms | null): void {
  if (target?.limitPrice == null || stop?.stopPrice == null) return;
  const isSane =
    side === 'sell' ? target.limitPrice > stop.stopPrice : target.limitPrice < stop.stopPrice;
  if (isSane) return;
  const word = side === 'sell' ? '>' : '<';
  throw unprocessable(`take_profit.limit_price must be ${word} stop_loss.stop_price`);
}

/** Several legs: the order itself has neither symbol nor side. */
function multiLegOf(fields: Fields): Omit<Wish, 'clientOrderId'> {
  const { legs } = fields;
  if (!Array.isArray(legs) || legs.length < 2 || legs.length > LEGS_MAX) {
    throw unprocessable(`mleg orders require between 2 and ${LEGS_MAX} legs`);
  }
  const type = oneOf(['market', 'limit'], fields.type ?? '', 'order type') as 'market' | 'limit';
  if (fields.time_in_force !== 'day') throw unprocessable('mleg orders must be DAY orders');
  const hasLimit = fields.limit_price !== undefined && fields.limit_price !== null;
  const limitPrice = hasLimit ? netPriceOf(fields.limit_price) : null;
  if ((type === 'limit') !== (limitPrice !== null)) {
    throw unprocessable(`${type} orders require ${type === 'limit' ? 'a' : 'no'} limit_price`);
  }
  if (limitPrice !== null && limitPrice % CENT !== 0) throw subPenny('limit_price', limitPrice);
  const terms: Terms = {
    symbol: '', side: '', quantity: countOf(fields, 'mleg'), type, timeInForce: 'day',
    limitPrice, stopPrice: null, trailPrice: null, trailPercent: null,
    extendedHours: false, orderClass: 'mleg', intent: null, ratio: null,
  }; // prettier-ignore
  const parsed = legs.map((leg) => legOf(fieldsOf(leg), terms));
  if (new Set(parsed.map(({ symbol }) => symbol)).size < parsed.length) {
    throw unprocessable('mleg orders must have legs of different symbols');
  }
  if (new Set(parsed.map(({ symbol }) => underlyingOf(symbol))).size > 1) {
    throw unprocessable('mleg orders must have one underlying');
  }
  if (parsed.map(({ ratio }) => ratio as number).reduce(commonDivisor) !== 1) {
    throw unprocessable('mleg leg ratios must be relatively prime');
  }
  return { terms, target: null, stop: null, legs: parsed };
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

function legOf(fields: Fields, order: Terms): Terms {
  const symbol = houseSymbol(fields.symbol);
  if (symbol === null) throw unprocessable(`asset "${String(fields.symbol)}" not found`);
  if (!isOption(symbol)) throw unprocessable('mleg orders only support options');
  const ratio = wholeCount(fields.ratio_qty, symbol);
  const named = fields.side ?? String(fields.position_intent ?? '').split('_')[0];
  const side = oneOf(['buy', 'sell'], named, 'side') as Side;
  const intent = intentOf(fields.position_intent, side);
  const quantity = ratio * order.quantity;
  return { ...order, type: 'market', symbol, side, intent, ratio, quantity, limitPrice: null };
}
