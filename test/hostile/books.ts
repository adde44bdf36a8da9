import { dayNumber } from '../../src/base/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import {
  type BookView,
  type Decision,
  defineStrategy,
  hold,
  type OrderWish,
  rebalance,
  type StrategyDefinition,
  trade,
  type Weights,
  z,
} from '../../src/strategy/index.ts';

/** What a world can trade; every book knows some of them. */
export const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'] as const;

const params = z.strictObject({
  seed: z.number().int(),
  symbols: z.array(z.string()).min(1),
  /** Share of days on which nothing is wanted. */
  idle: z.number(),
});
type Params = z.output<typeof params>;

const follow = ({ symbols }: Params) =>
  symbols.map((symbol, i) => ({
    symbol,
    timeframe: '1d' as const,
    warmup: 1,
    ...(i === 0 && { trigger: true }),
  }));

/** A strategy without memory: its answer belongs to its parameters and the day. */
const daily = (name: string, decide: (params: Params, day: number, view: BookView) => Decision) =>
  defineStrategy({
    name,
    version: '1.0',
    params,
    universe: (own: Params) => own.symbols,
    subscriptions: follow,
    create: (own: Params) => ({
      onBar: () => {},
      decide: (view: BookView) => {
        const day = dayNumber(view.date);
        if (drawOf(own.seed, day, 1) < own.idle) return hold('an idle day');
        return decide(own, day, view);
      },
      facts: () => ({}),
    }),
  }) as unknown as StrategyDefinition;

/** Wants other weights each day. */
export const rotator = daily('rotator', ({ seed, symbols }, day) => {
  const weights: Record<string, number> = {};
  symbols.forEach((symbol, i) => {
    const draw = drawOf(seed, day, 10 + i);
    weights[symbol] = draw < 0.35 ? 0 : Math.floor((draw * 900) / symbols.length) / 1_000;
  });
  return rebalance(weights as Weights, 'the weights of the day');
});

/** Wishes orders of its own, priced near the market and far from it. */
export const wisher = daily('wisher', ({ seed, symbols }, day, view) => {
  const wishes: OrderWish[] = [];
  const count = 1 + Math.floor(drawOf(seed, day, 30) * 3);
  for (let i = 0; i < count; i++) {
    const pick = Math.floor(drawOf(seed, day, 31 + 10 * i) * symbols.length);
    const wish = wishOf(seed, day, i, view, symbols[pick] as string);
    if (wish !== null) wishes.push(wish);
  }
  return wishes.length > 0 ? trade(wishes, 'the wishes of the day') : hold('no price');
});

function wishOf(
  seed: number,
  day: number,
  i: number,
  view: BookView,
  symbol: string,
): OrderWish | null {
  const draw = (k: number) => drawOf(seed, day, 32 + 10 * i + k);
  const mark = view.mark(symbol);
  if (mark === undefined) return null;
  const held = view.held(symbol) + view.pending(symbol);
  const sells = held > 0 && draw(0) < 0.5;
  const quantity = sells ? 1 + Math.floor(draw(1) * held) : 1 + Math.floor(draw(1) * 60);
  const side = sells ? ('sell' as const) : ('buy' as const);
  if (draw(2) < 0.3) return { symbol, side, quantity };
  const kind = draw(4);
  const cents = (price: number) => (Math.round(price / 10_000) * 10_000) as typeof mark;
  if (!sells && kind < 0.25) {
    const stopPrice = cents(mark * 0.985);
    return { symbol, side, quantity, bracket: { stopPrice, targetPrice: cents(mark * 1.01) } };
  }
  if (kind < 0.35) {
    return { symbol, side, quantity, stopPrice: cents(mark * (sells ? 0.995 : 1.005)) };
  }
  const away = 1 + (sells ? 1 : -1) * (draw(3) - 0.3) * 0.02;
  const timeInForce = kind > 0.85 ? ('gtc' as const) : ('day' as const);
  return { symbol, side, quantity, limitPrice: cents(mark * away), timeInForce };
}

/** What is wanted on one day, counted from the first. */
export type Step =
  | { readonly weights: Weights }
  /** One order at a share of the market. */
  | { readonly limit: { symbol: string; quantity: number; share: number } };

const scripted = z.strictObject({
  symbols: z.array(z.string()).min(1),
  first: z.string(),
  steps: z.array(z.any()),
});

/** Does as it is told on the first days, then nothing. */
export const stepper = defineStrategy({
  name: 'stepper',
  version: '1.0',
  params: scripted,
  universe: ({ symbols }) => symbols,
  subscriptions: ({ symbols }) => follow({ symbols, seed: 0, idle: 0 }),
  create: ({ first, steps }) => ({
    onBar: () => {},
    decide: (view: BookView) => {
      const day = dayNumber(view.date) - dayNumber(first as typeof view.date);
      const step = steps[day] as Step | undefined;
      if (step === undefined) return hold('nothing more to do');
      if ('weights' in step) return rebalance(step.weights, 'as told');
      const { symbol, quantity, share } = step.limit;
      const price = view.mark(symbol) ?? 0;
      const limitPrice = (Math.round((price * share) / 10_000) * 10_000) as never;
      return trade([{ symbol, side: 'buy', quantity, limitPrice }], 'as told');
    },
    facts: () => ({}),
  }),
}) as unknown as StrategyDefinition;
