import type { Desk } from './desk.ts';
import { quantityOf } from '../number.ts';
import type { Holding } from './records.ts';
import { forbidden, unprocessable } from './refused.ts';
import { wireSymbol } from './symbols.ts';
import { wholeCount, wishOf } from './wish.ts';

/** Closes a holding, or the quantity or percentage of it that a query asks for, at the market. */
export function closePosition(desk: Desk, holding: Holding, query: URLSearchParams) {
  const { symbol, quantity } = holding;
  const size = Math.abs(quantity);
  const count = countOf(query, symbol, size);
  return desk.submit(
    wishOf({
      symbol: wireSymbol(symbol),
      qty: String(count),
      side: quantity > 0 ? 'sell' : 'buy',
      type: 'market',
      time_in_force: 'day',
    }),
  );
}

function countOf(query: URLSearchParams, symbol: string, size: number): number {
  const qty = query.get('qty');
  const percentage = query.get('percentage');
  if (qty !== null && percentage !== null) throw unprocessable('qty and percentage are exclusive');
  if (qty !== null) return wholeCount(qty, symbol);
  if (percentage === null) return size;
  const share = Number(quantityOf(percentage) === null ? Number.NaN : percentage);
  if (!(share > 0 && share <= 100)) throw unprocessable('percentage must be between 0 and 100');
  const count = Math.trunc((size * share) / 100);
  if (count === 0) throw forbidden(`asset "${symbol}" is not fractionable`);
  return count;
}
