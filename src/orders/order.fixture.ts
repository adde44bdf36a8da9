import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { ExecutionId, Fill, Report } from './report.ts';
import { type ClientOrderId, type Intent, intentId } from './request.ts';

const AT = 0 as Instant;
const DATE = '2024-01-05' as DateText;

/** An intent to buy 100 SPY at the market, unless `terms` say otherwise. */
export function intentOf(terms: Partial<Intent> = {}, count = 1): Intent {
  const id = intentId('book', DATE, count);
  return {
    id,
    clientOrderId: `c-${count}` as ClientOrderId,
    book: 'book',
    symbol: 'SPY',
    side: 'buy',
    quantity: 100,
    pricing: { type: 'market' },
    timeInForce: 'day',
    purpose: 'rebalance',
    expectedPrice: 100_000_000 as Price,
    at: AT,
    date: DATE,
    ...terms,
  };
}

type Told<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** One execution of `quantity` at `cents`, of a leg where `symbol` is given. */
export const fillOf = (
  execution: string,
  quantity: number,
  cents = 10_000,
  fee = 7,
  symbol?: string,
): Fill => ({
  executionId: execution as ExecutionId,
  quantity,
  price: (cents * 10_000) as Price,
  fee: fee as Money,
  ...(symbol !== undefined && { symbol }),
});

/** Reports on one order; a fill's execution is named by `execution`. */
export const reportsOn = (order: ClientOrderId) => {
  const on = { order, at: AT } as const;
  return {
    accepted: (venueOrderId = 'v-1'): Told<'accepted'> => ({
      kind: 'accepted',
      ...on,
      venueOrderId,
    }),
    rejected: (): Told<'rejected'> => ({ kind: 'rejected', ...on, reason: 'refused' }),
    fill: (...terms: Parameters<typeof fillOf>): Told<'fill'> => ({
      kind: 'fill',
      ...on,
      fill: fillOf(...terms),
    }),
    cumulative: (filled: number, cents = 10_000, symbol?: string): Told<'cumulative'> => ({
      kind: 'cumulative',
      ...on,
      filled,
      averagePrice: (cents * 10_000) as Price,
      ...(symbol !== undefined && { symbol }),
    }),
    bust: (execution: string): Told<'bust'> => ({
      kind: 'bust',
      ...on,
      executionId: execution as ExecutionId,
      reason: 'erroneous',
    }),
    correction: (execution: string, fill: Fill): Told<'correction'> => ({
      kind: 'correction',
      ...on,
      executionId: execution as ExecutionId,
      fill,
    }),
    cancelRequested: (): Told<'cancelRequested'> => ({ kind: 'cancelRequested', ...on }),
    cancelRefused: (): Told<'cancelRefused'> => ({
      kind: 'cancelRefused',
      ...on,
      reason: 'too late',
    }),
    canceled: (): Told<'canceled'> => ({ kind: 'canceled', ...on, reason: 'asked for' }),
    expired: (): Told<'expired'> => ({ kind: 'expired', ...on }),
    suspended: (status = 'held'): Told<'suspended'> => ({ kind: 'suspended', ...on, status }),
    unknown: (): Told<'unknown'> => ({ kind: 'unknown', ...on, reason: 'timeout' }),
    notFound: (): Told<'notFound'> => ({ kind: 'notFound', ...on }),
    notSent: (): Told<'notSent'> => ({ kind: 'notSent', ...on, reason: 'halted' }),
  };
};

/** Every order of `items`. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]),
  );
}
