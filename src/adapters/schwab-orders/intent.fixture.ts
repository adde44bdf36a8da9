import { type DateText, type Instant, parsePrice } from '../../base/index.ts';
import {
  type ClientOrderId,
  type Intent,
  type IntentId,
  newOrder,
  type Order,
} from '../../orders/index.ts';

export const AT = Date.parse('2025-01-17T17:00:00Z') as Instant;

/** A limit order for ten shares of SPY, but for what is said. */
export const intentOf = (terms: Partial<Intent> = {}): Intent => ({
  id: 'one-2025-01-17-1' as IntentId,
  clientOrderId: 'pl-000000-e1-one-2025-01-17-1' as ClientOrderId,
  book: 'one',
  symbol: 'SPY',
  side: 'buy',
  quantity: 10,
  pricing: { type: 'limit', limitPrice: parsePrice('500') },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: parsePrice('500'),
  at: AT,
  date: '2025-01-17' as DateText,
  ...terms,
});

/** An order as it stands after its first send. */
export const sentOrder = (intent: Intent, terms: Partial<Order> = {}): Order => ({
  ...newOrder(intent),
  attempts: 1,
  sentAt: AT,
  watermark: [],
  ...terms,
});
