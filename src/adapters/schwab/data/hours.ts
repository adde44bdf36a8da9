import type { DateText, Instant } from '../../../base/index.ts';
import type { BrokerSession } from '../../counterpart.ts';
import { stampOf } from '../../number.ts';
import { listOf, recordOf } from '../http-json.ts';

/**
 * The session of the stock exchanges on `date` as Schwab has it; null on a day without one. Throws
 * where the reply does not tell, or is of another day.
 */
export function sessionOfHours(json: unknown, date: DateText): BrokerSession | null {
  // The key is the product's name, "EQ" on some days and "equity" on others.
  const products = Object.values(recordOf(recordOf(json)?.['equity']) ?? {}).map(recordOf);
  const day = products.find((product) => product?.['marketType'] === 'EQUITY') ?? null;
  if (day === null || day['date'] !== date || typeof day['isOpen'] !== 'boolean') {
    throw new Error(`Schwab's reply does not tell the market hours of "${date}"`);
  }
  if (!day['isOpen']) return null;
  const parts = listOf(recordOf(day['sessionHours'])?.['regularMarket']).map((part) => {
    const { start, end } = recordOf(part) ?? {};
    return { open: stampOf(start), close: stampOf(end) };
  });
  const open = parts.at(0)?.open ?? null;
  const close = parts.at(-1)?.close ?? null;
  if (open === null || close === null || !(open < close)) {
    throw new Error(`Schwab says that "${date}" is open, and not from when to when`);
  }
  return { date, open: open as Instant, close: close as Instant };
}
