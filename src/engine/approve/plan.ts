import { type Money, type Price } from '../../base/index.ts';
import type { Intent, Pricing, Side } from '../../orders/index.ts';
import {
  buyCostPerShare,
  type Leg,
  type Sized,
  sizeToShares,
  sizeToWeight,
} from '../../portfolio/index.ts';
import { planHash, type PlanLeg, type PlanTerms } from '../../risk/index.ts';
import type { Setup } from '../setup.ts';
import { bookEquity, type BookState, heldAndPending, markOf, type State } from '../state.ts';

/** The place in its book's plan of an order that is being sent; null: it belongs to none. */
export function stepInPlan({ work }: BookState, intent: Intent): number | null {
  if (work === null || work.waiting !== null) return null;
  const { purpose, symbol } = intent;
  const planned = purpose === 'rebalance' || purpose === 'exit' || purpose === 'signal';
  const index = work.next - 1;
  return planned && work.legs[index]?.symbol === symbol ? index : null;
}

/**
 * What comes after `intent` in its plan, each leg at the largest it is now; null: nothing comes.
 * A leg that turns out larger when its turn comes needs a yes of its own.
 */
export function planTerms(
  setup: Setup,
  state: State,
  book: BookState,
  intent: Intent,
  first: string,
): PlanTerms | null {
  const step = stepInPlan(book, intent);
  if (step === null || book.work === null) return null;
  const legs: PlanLeg[] = [];
  for (let index = step + 1; index < book.work.legs.length; index++) {
    const terms = legTerms(setup, state, book, book.work.legs[index] as Leg, index);
    if (terms !== null) legs.push(terms);
  }
  return legs.length === 0 ? null : { hash: planHash(first, legs), legs };
}

function legTerms(
  setup: Setup,
  state: State,
  book: BookState,
  leg: Leg,
  index: number,
): PlanLeg | null {
  const { symbol } = leg;
  const price = markOf(state, symbol);
  if (price === undefined) return null;
  const { side, quantity, pricing } = sizedLeg(setup, state, book, leg, price);
  if (quantity === 0) return null;
  const { multiplier = 1 } = state.plan.instruments[state.plan.index.get(symbol) ?? -1] ?? {};
  const each = side === 'buy' ? buyCostPerShare(price, setup.costs) : price;
  const worstCost = (each * quantity * multiplier) as Money;
  return { index, symbol, side, quantityMax: quantity, pricing, price, worstCost };
}

interface SizedLeg {
  readonly side: Side;
  readonly quantity: number;
  readonly pricing: Pricing;
}

function sizedLeg(setup: Setup, state: State, book: BookState, leg: Leg, price: Price): SizedLeg {
  if (leg.kind === 'order') {
    const { side, quantity, limitPrice } = leg;
    const pricing: Pricing = limitPrice === undefined ? MARKET : { type: 'limit', limitPrice };
    return { side, quantity, pricing };
  }
  const equity = bookEquity(state, book);
  // What earlier legs will have paid for is not known yet: the equity bounds it.
  const held = heldAndPending(state, book, leg.symbol);
  const moment = { equity, spendable: equity, held, price, costs: setup.costs };
  const sized: Sized =
    leg.kind === 'weight' ? sizeToWeight(leg.weight, moment) : sizeToShares(leg.target, moment);
  return { ...sized, pricing: MARKET };
}

const MARKET: Pricing = { type: 'market' };
