import { ORDER_ID } from './order-schema.ts';

/** Which order something happened to, as the account-activity stream tells it. */
export interface Hint {
  readonly venueOrderId: string;
  readonly accountNumber: string;
}

/**
 * What a row of ACCT_ACTIVITY is about; null for one that names no order (a heartbeat, the answer
 * to a subscription). Field 3 is JSON inside JSON.
 *
 * A row is a hint that the order is worth reading, and never a fill: it names its execution by
 * another id ("20250320-EST-…") than the order does (`activityId`), so that one execution would
 * count twice; rows are repeated, `seq` too, and lost without a trace. The order's own executions
 * are read at once instead, which costs one request and is complete.
 */
export function hintOf(row: Readonly<Record<string, unknown>>): Hint | null {
  const text = row['3'];
  if (typeof text !== 'string' || !text.startsWith('{')) return null;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  const { SchwabOrderID, AccountNumber } = body as Record<string, unknown>;
  const [venueOrderId, accountNumber] = [wordOf(SchwabOrderID), wordOf(AccountNumber)];
  if (accountNumber === null || venueOrderId === null) return null;
  return ORDER_ID.test(venueOrderId) ? { venueOrderId, accountNumber } : null;
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
