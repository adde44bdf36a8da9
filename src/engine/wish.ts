import { BadInput, formatMoney, type Price } from '../base/index.ts';
import { heldIn } from '../ledger/index.ts';
import { instrumentOf, parseOcc } from '../market/index.ts';
import type { Bracket, OrderWish, WishedLeg } from '../strategy/index.ts';
import { type BookState, markOf, type State } from './state.ts';

/** One wish, in micro-dollars: a billion dollars. Sums beyond it may leave the range of `Money`. */
const WISH_NOTIONAL_MAX = 1e15;
const LEGS_MAX = 4; // what brokers take as one order
const LEG_RATIO_MAX = 100;
const CONTRACT_MULTIPLIER = 100;

/** What is wrong with a wished order, or null. What passes can be kept, sized and reviewed. */
export function wishProblem(wish: OrderWish, state: State, book: BookState): string | null {
  const { symbol, side, quantity, legs, timeInForce } = wish;
  if (!book.universe.includes(symbol)) return `"${symbol}" is not in its universe`;
  if (side !== 'buy' && side !== 'sell') return `side "${String(side)}" for "${symbol}"`;
  if (!isWhole(quantity)) {
    return `quantity "${quantity}" for "${symbol}" is not whole and above zero`;
  }
  if (timeInForce !== undefined && timeInForce !== 'day' && timeInForce !== 'gtc') {
    return `time in force "${String(timeInForce)}" for "${symbol}"`;
  }
  const problem = legs === undefined ? pricesProblem(wish, state, book) : legsProblem(wish, legs);
  return problem ?? notionalProblem(wish, state);
}

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) > 0;

function notionalProblem(wish: OrderWish, state: State): string | null {
  const { symbol, quantity, limitPrice = 1, stopPrice = 1, legs } = wish;
  const instrument = state.plan.instruments[state.plan.index.get(symbol) ?? -1];
  const multiplier = legs === undefined ? (instrument?.multiplier ?? 1) : CONTRACT_MULTIPLIER;
  const at = Math.max(Math.abs(limitPrice), stopPrice, markOf(state, symbol) ?? 1);
  if (at * quantity * multiplier <= WISH_NOTIONAL_MAX) return null;
  return `quantity "${quantity}" for "${symbol}" is worth more than a billion dollars`;
}

function pricesProblem(wish: OrderWish, state: State, book: BookState): string | null {
  const { symbol, side, limitPrice, stopPrice, bracket } = wish;
  const problem =
    priceProblem('limit price', symbol, limitPrice) ??
    priceProblem('stop price', symbol, stopPrice);
  if (problem !== null) return problem;
  const mark = markOf(state, symbol);
  if (stopPrice !== undefined) {
    if (mark !== undefined && isBeyond(side, mark, stopPrice)) {
      const text = `stop price "${dollars(stopPrice)}" for a ${side} of "${symbol}"`;
      return `${text} is on the wrong side of the market "${dollars(mark)}"`;
    }
    if (limitPrice !== undefined && isBeyond(side, stopPrice, limitPrice)) {
      const text = `limit price "${dollars(limitPrice)}" for a ${side} of "${symbol}"`;
      return `${text} cannot fill once its stop "${dollars(stopPrice)}" is reached`;
    }
  }
  if (bracket === undefined) return null;
  return bracketProblem(
    wish,
    bracket,
    limitPrice ?? stopPrice ?? mark,
    heldIn(book.ledger, symbol),
  );
}

/** Whether `at` is worse for `side` than `than`: a buy above it, a sell below it. */
const isBeyond = (side: 'buy' | 'sell', at: number, than: number): boolean =>
  side === 'buy' ? at > than : at < than;

const dollars = (price: Price): string => formatMoney(price);

function priceProblem(what: string, symbol: string, at: Price | undefined): string | null {
  if (at === undefined || isWhole(at)) return null;
  return `${what} "${at}" for "${symbol}" is not whole micro-dollars above zero`;
}

function bracketProblem(
  { symbol, side }: OrderWish,
  bracket: Bracket,
  entry: Price | undefined,
  held: number,
): string | null {
  if (bracket === null || typeof bracket !== 'object')
    return `a bracket for "${symbol}" of nothing`;
  const { stopPrice, targetPrice } = bracket;
  if (stopPrice === undefined && targetPrice === undefined) {
    return `a bracket for "${symbol}" without a stop and a target`;
  }
  const problem =
    priceProblem('bracket stop', symbol, stopPrice) ??
    priceProblem('bracket target', symbol, targetPrice);
  if (problem !== null) return problem;
  if (side === 'buy' ? held < 0 : held > 0) {
    return `a bracket for "${symbol}" on an order that closes a position`;
  }
  const stop = stopPrice ?? entry;
  if (entry !== undefined && stopPrice !== undefined && !isBeyond(side, entry, stopPrice)) {
    return wrongSide('stop', symbol, stopPrice, entry);
  }
  const least = entry ?? stop;
  if (targetPrice === undefined || least === undefined) return null;
  return isBeyond(side, targetPrice, least)
    ? null
    : wrongSide('target', symbol, targetPrice, least);
}

const wrongSide = (what: string, symbol: string, at: Price, entry: Price): string =>
  `bracket ${what} "${dollars(at)}" for "${symbol}" is on the wrong side of "${dollars(entry)}"`;

function legsProblem(wish: OrderWish, legs: readonly WishedLeg[]): string | null {
  const { symbol, side, limitPrice, stopPrice, bracket } = wish;
  const what = `order of legs for "${symbol}"`;
  if (!Array.isArray(legs) || legs.length < 2 || legs.length > LEGS_MAX) {
    return `${what}: not two to ${LEGS_MAX} legs`;
  }
  if (side !== 'buy') return `${what}: side "${side}", where the legs have their own`;
  if (stopPrice !== undefined || bracket !== undefined) return `${what}: a stop or a bracket`;
  if (!Number.isSafeInteger(limitPrice)) {
    return `${what}: net price "${limitPrice}" is not whole micro-dollars`;
  }
  for (const leg of legs) {
    const problem = legProblem(symbol, leg);
    if (problem !== null) return `${what}: ${problem}`;
  }
  const twice = new Set(legs.map((leg) => leg.symbol)).size < legs.length;
  return twice ? `${what}: a contract is named twice` : null;
}

function legProblem(underlying: string, leg: WishedLeg): string | null {
  const { symbol, side, ratio } = leg ?? {};
  if (side !== 'buy' && side !== 'sell') return `side "${String(side)}" for "${symbol}"`;
  if (!isWhole(ratio) || ratio > LEG_RATIO_MAX) return `ratio "${ratio}" for "${symbol}"`;
  try {
    if (symbol !== underlying && parseOcc(symbol).root !== underlying) {
      return `"${symbol}" is not of it`;
    }
    return instrumentOf(symbol).tradable ? null : `"${symbol}" cannot be traded`;
  } catch (error) {
    if (error instanceof BadInput) return error.message;
    return `symbol "${String(symbol)}"`;
  }
}
