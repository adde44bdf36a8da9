import { type Instant, type Money, subtract, times } from '../../base/index.ts';
import { canonical } from '../../base/index.ts';
import { type Intent, signOf } from '../../orders/index.ts';
import { multiplierOf } from '../contract.ts';
import type { BrokerTruth } from './broker.ts';
import type { TrueOrder } from './order.ts';
import type { OrderTerms } from './views.ts';

/** A broken invariant, by its number in the list of failures and invariants. */
export interface Violation {
  readonly invariant: number;
  readonly text: string;
}

/** An intent as a submit effect named it in the journal. */
export interface NamedIntent {
  readonly intent: Intent;
  /** Of the record that first named it. */
  readonly seq: number;
  /** When that record was durable. */
  readonly at: Instant;
}

/** A fill as the engine booked it; below zero is one taken back. */
export interface BookedFill {
  readonly executionId: string;
  readonly order: string;
  readonly symbol: string;
  readonly quantity: number;
}

/** An order as the engine knows it. */
export interface KnownOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly filled: number;
  /** Still to come while it is live or UNKNOWN; 0 once it is done. */
  readonly remaining: number;
  /** Of linked orders, the group: the broker ends one with the other. */
  readonly group?: string | undefined;
}

const ours = ({ orders }: BrokerTruth): TrueOrder[] => orders.filter((order) => !order.external);

/** Invariant 2: an intent has at most one order at the broker. `named` is by client order id. */
export function ordersPerIntent(
  truth: BrokerTruth,
  named: ReadonlyMap<string, NamedIntent>,
): Violation[] {
  const first = new Map<string, TrueOrder>();
  const found: Violation[] = [];
  for (const order of ours(truth)) {
    const id = order.terms.clientOrderId;
    const intent = named.get(id)?.intent.id ?? id;
    const before = first.get(intent);
    if (before === undefined) first.set(intent, order);
    else {
      const text = `Intent "${intent}" has the orders "${before.id}" and "${order.id}"`;
      found.push({ invariant: 2, text });
    }
  }
  return found;
}

/** Invariant 4: no two intents share a client order id, and none has two. */
export function reusedIds(submits: readonly Intent[]): Violation[] {
  const intents = new Map<string, string>();
  const ids = new Map<string, string>();
  const found: Violation[] = [];
  for (const { id, clientOrderId } of submits) {
    const intent = intents.get(clientOrderId);
    if (intent !== undefined && intent !== id) {
      const text = `Client order id "${clientOrderId}" is of the intents "${intent}" and "${id}"`;
      found.push({ invariant: 4, text });
    }
    const known = ids.get(id);
    if (known !== undefined && known !== clientOrderId) {
      const text = `Intent "${id}" has the client order ids "${known}" and "${clientOrderId}"`;
      found.push({ invariant: 4, text });
    }
    intents.set(clientOrderId, id);
    ids.set(id, clientOrderId);
  }
  return found;
}

/** What the broker was told of an intent. */
export const termsOf = (intent: Intent): OrderTerms => ({
  clientOrderId: intent.clientOrderId,
  symbol: intent.symbol,
  side: intent.side,
  quantity: intent.quantity,
  pricing: intent.pricing,
  timeInForce: intent.timeInForce,
  ...(intent.legs !== undefined && { legs: intent.legs }),
  ...(intent.link !== undefined && { link: intent.link }),
});

/**
 * Invariants 1 and 31: every order of ours was named in the journal before it was made, with these
 * very terms. `from` skips orders up to that count, looked at before.
 */
export function unnamedOrders(
  truth: BrokerTruth,
  named: ReadonlyMap<string, NamedIntent>,
  from = 0,
): Violation[] {
  const found: Violation[] = [];
  for (let i = from; i < truth.orders.length; i++) {
    const order = truth.orders[i] as TrueOrder;
    if (order.external) continue;
    const { id, terms, createdAt } = order;
    const name = named.get(terms.clientOrderId);
    if (name === undefined) {
      found.push({ invariant: 31, text: `Order "${id}" is of no intent in the journal` });
    } else if (name.at > createdAt) {
      const text = `Order "${id}" was made before record "${name.seq}" that names it`;
      found.push({ invariant: 1, text });
    } else if (canonical(termsOf(name.intent)) !== canonical(terms)) {
      const wanted = canonical(termsOf(name.intent));
      const text = `Order "${id}" has the terms ${canonical(terms)}, wanted ${wanted}`;
      found.push({ invariant: 31, text });
    }
  }
  return found;
}

/** Invariant 7: nothing is filled beyond its quantity, there or here. */
export function filledBeyond(truth: BrokerTruth, known: readonly KnownOrder[]): Violation[] {
  const found: Violation[] = [];
  const check = (who: string, { filled, quantity }: { filled: number; quantity: number }) => {
    if (filled >= 0 && filled <= quantity) return;
    const text = `${who}: filled "${filled}" is not within 0 and "${quantity}"`;
    found.push({ invariant: 7, text });
  };
  for (const { id, filled, terms } of truth.orders) {
    check(`Order "${id}"`, { filled, quantity: terms.quantity });
  }
  for (const one of known) check(`Order "${one.clientOrderId}" of ours`, one);
  return found;
}

/**
 * Invariant 8, at quiescence: each execution that counts is booked once and nothing else is. A fill
 * booked and taken back is as one never booked; quantities derived from a cumulative one must have
 * been superseded by then.
 */
export function executionsDiffer(truth: BrokerTruth, booked: readonly BookedFill[]): Violation[] {
  const sums = new Map<string, number>();
  for (const { executionId, symbol, quantity } of booked) {
    const key = `${executionId} ${symbol}`;
    sums.set(key, (sums.get(key) ?? 0) + quantity);
  }
  const found: Violation[] = [];
  const own = new Set(ours(truth).map((order) => order.id));
  for (const { executionId, symbol, quantity, busted, order } of truth.executions.values()) {
    const key = `${executionId} ${symbol}`;
    const here = sums.get(key) ?? 0;
    sums.delete(key);
    const there = busted || !own.has(order) ? 0 : quantity;
    if (here === there) continue;
    const text = `Execution "${executionId}" of "${order}": booked "${here}", broker "${there}"`;
    found.push({ invariant: 8, text });
  }
  for (const [key, quantity] of sums) {
    if (quantity === 0) continue;
    const text = `Execution "${key}": booked "${quantity}", the broker has none`;
    found.push({ invariant: 8, text });
  }
  return found;
}

/** Invariant 8, at quiescence: each order's cumulative quantity is the broker's. */
export function cumulativesDiffer(truth: BrokerTruth, known: readonly KnownOrder[]): Violation[] {
  const there = new Map<string, number>();
  for (const { terms, filled } of ours(truth)) {
    there.set(terms.clientOrderId, (there.get(terms.clientOrderId) ?? 0) + filled);
  }
  return known.flatMap(({ clientOrderId, filled }) => {
    const wanted = there.get(clientOrderId) ?? 0;
    if (filled === wanted) return [];
    const text = `Order "${clientOrderId}": filled "${filled}", at the broker "${wanted}"`;
    return [{ invariant: 8, text }];
  });
}

export interface Holdings {
  readonly cash: Money;
  readonly positions: Readonly<Record<string, number>>;
}

/** Differences that are named and open: they are no violations. */
export interface Exceptions {
  readonly symbols: ReadonlySet<string>;
  readonly cash: boolean;
  /** In micro-dollars. */
  readonly cashTolerance: number;
}

export const NO_EXCEPTIONS: Exceptions = { symbols: new Set(), cash: false, cashTolerance: 0 };

/** Invariants 10 and 11, at quiescence: what our books hold is what the broker holds for us. */
export function booksDiffer(
  truth: Pick<BrokerTruth, 'positions' | 'cash'>,
  holdings: Holdings,
  { symbols, cash, cashTolerance }: Exceptions = NO_EXCEPTIONS,
): Violation[] {
  const found: Violation[] = [];
  for (const symbol of new Set([...truth.positions.keys(), ...Object.keys(holdings.positions)])) {
    const there = truth.positions.get(symbol) ?? 0;
    const here = holdings.positions[symbol] ?? 0;
    if (here === there || symbols.has(symbol)) continue;
    found.push({ invariant: 10, text: `"${symbol}": held "${here}", at the broker "${there}"` });
  }
  if (!cash && Math.abs(holdings.cash - truth.cash) > cashTolerance) {
    const text = `Cash is "${holdings.cash}", at the broker "${truth.cash}" micro-dollars`;
    found.push({ invariant: 11, text });
  }
  return found;
}

/**
 * Invariant 14: no symbol could be sold below zero by what is live or UNKNOWN. Of a linked group
 * the larger remainder counts; `mayShort` names symbols that are allowed to.
 */
export function nakedShorts(
  positions: Readonly<Record<string, number>>,
  known: readonly KnownOrder[],
  mayShort: ReadonlySet<string> = new Set(),
): Violation[] {
  const sells = new Map<string, number>();
  const groups = new Map<string, { symbol: string; most: number }>();
  for (const { side, symbol, remaining, group } of known) {
    if (side === 'buy' || remaining <= 0) continue;
    if (group === undefined) sells.set(symbol, (sells.get(symbol) ?? 0) + remaining);
    else {
      const most = Math.max(groups.get(group)?.most ?? 0, remaining);
      groups.set(group, { symbol, most });
    }
  }
  for (const { symbol, most } of groups.values())
    sells.set(symbol, (sells.get(symbol) ?? 0) + most);
  const found: Violation[] = [];
  for (const [symbol, selling] of sells) {
    const held = positions[symbol] ?? 0;
    if (selling <= held || mayShort.has(symbol)) continue;
    found.push({ invariant: 14, text: `"${symbol}": "${selling}" on sale, "${held}" held` });
  }
  return found;
}

/** The broker's own books add up: a fault here is one of the world, not of the engine. */
export function worldFaults(truth: BrokerTruth): string[] {
  let cash = truth.openingCash;
  const shares = new Map<string, number>();
  const move = (symbol: string, by: number) => shares.set(symbol, (shares.get(symbol) ?? 0) + by);
  for (const { symbol, side, quantity, price, fee, busted } of truth.executions.values()) {
    if (busted) continue;
    const signed = signOf(side) * quantity;
    cash = subtract(subtract(cash, times(price, signed, multiplierOf(symbol))), fee);
    move(symbol, signed);
  }
  for (const { amount, symbol, shares: moved } of truth.flows) {
    cash = (cash + amount) as Money;
    if (symbol !== null) move(symbol, moved);
  }
  const faults: string[] = [];
  if (cash !== truth.cash) faults.push(`Cash is "${truth.cash}", its parts make "${cash}"`);
  for (const symbol of new Set([...shares.keys(), ...truth.positions.keys()])) {
    const [parts, whole] = [shares.get(symbol) ?? 0, truth.positions.get(symbol) ?? 0];
    if (parts !== whole) faults.push(`"${symbol}": position "${whole}", its parts make "${parts}"`);
  }
  return faults;
}
