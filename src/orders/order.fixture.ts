import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { ExecutionId, Report } from './report.ts';
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

/** Reports on one order; a fill's execution is named by `execution`. */
export const reportsOn = (order: ClientOrderId) => ({
  accepted: (venueOrderId = 'v-1'): Told<'accepted'> => ({
    kind: 'accepted',
    order,
    at: AT,
    venueOrderId,
  }),
  rejected: (): Told<'rejected'> => ({ kind: 'rejected', order, at: AT, reason: 'refused' }),
  fill: (execution: string, quantity: number, cents = 10_000, fee = 7): Told<'fill'> => ({
    kind: 'fill',
    order,
    at: AT,
    fill: {
      executionId: execution as ExecutionId,
      quantity,
      price: (cents * 10_000) as Price,
      fee: fee as Money,
    },
  }),
  cancelRequested: (): Told<'cancelRequested'> => ({ kind: 'cancelRequested', order, at: AT }),
  canceled: (): Told<'canceled'> => ({ kind: 'canceled', order, at: AT, reason: 'asked for' }),
  expired: (): Told<'expired'> => ({ kind: 'expired', order, at: AT }),
  unknown: (): Told<'unknown'> => ({ kind: 'unknown', order, at: AT, reason: 'timeout' }),
  notFound: (): Told<'notFound'> => ({ kind: 'notFound', order, at: AT }),
});
