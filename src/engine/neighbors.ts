import { type ClientOrderId, type Intent, type Purpose } from '../orders/index.ts';
import { couldTrade } from '../risk/index.ts';
import type { Draft } from './gate.ts';
import type { State } from './state.ts';

/** Root of an option, or the symbol itself. */
export function underlyingOf(symbol: string): string {
  const option = /^([A-Z][A-Z0-9]{0,5}) *\d{6}[CP]\d{8}$/.exec(symbol);
  return option?.[1] ?? symbol;
}

/** An order in the underlying of `symbol`, of any book, whose outcome nobody knows; or null. */
export function unknownOrder(state: State, symbol: string, except?: ClientOrderId): string | null {
  let underlying: string | null = null;
  for (const { status, intent } of state.orders.live.values()) {
    if (status !== 'unknown' || intent.clientOrderId === except) continue;
    underlying ??= underlyingOf(symbol);
    if (symbolsOf(intent).some((one) => underlyingOf(one) === underlying)) return intent.id;
  }
  return null;
}

const symbolsOf = ({ symbol, legs }: Intent): readonly string[] =>
  legs === undefined ? [symbol] : [symbol, ...legs.map((leg) => leg.symbol)];

const guards = (purpose: Purpose): boolean => purpose === 'protect';

/** A live order of any book that could trade with `draft`, in words; or null. */
export function oppositeOrder(state: State, draft: Draft, except?: ClientOrderId): string | null {
  const { symbol, side, pricing, price, purpose, legs } = draft;
  if (legs !== undefined) return null;
  const own = { side, pricing, guards: guards(purpose) };
  for (const { intent } of state.orders.live.values()) {
    if (intent.symbol !== symbol || intent.side === side || intent.legs !== undefined) continue;
    if (intent.clientOrderId === except) continue;
    const other = { side: intent.side, pricing: intent.pricing, guards: guards(intent.purpose) };
    if (couldTrade(own, other, price)) return `${intent.id} to ${intent.side} ${symbol}`;
  }
  return null;
}
