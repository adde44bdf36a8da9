import { add, assert, times, ZERO } from '../base/index.ts';
import { assertBalanced, type Execution, type Ledger, postFill, type Posting } from './ledger.ts';

/**
 * Shares that come (above zero) or leave without a trade, worth `price` each: capital moves by
 * their value, and cash not at all. What leaves closes the oldest lots and realizes their P&L.
 * Throws, with nothing changed, on a figure that is not whole or out of range.
 */
export function postInKind(ledger: Ledger, moved: Omit<Execution, 'fee'>): Posting {
  const value = times(moved.price, moved.quantity, moved.multiplier);
  const capital = add(ledger.capital, value);
  const posting = postFill(ledger, { ...moved, fee: ZERO });
  ledger.cash = add(ledger.cash, value);
  ledger.capital = capital;
  assertBalanced(ledger);
  return posting;
}

/** Whether what is held as `from` can be held as `to`: nothing of the other sign is there. */
export function canRename({ positions }: Ledger, from: string, to: string): boolean {
  const [old, other] = [positions.get(from), positions.get(to)];
  if (old === undefined || other === undefined) return true;
  return old.multiplier === other.multiplier && old.quantity * other.quantity > 0;
}

/**
 * What was held as `from` is held as `to` from now on, lots and cost the same; with what is there
 * under the new symbol, the lots of the old one are the older. Nothing happens when flat.
 * Throws unless `canRename`.
 */
export function postRename(ledger: Ledger, from: string, to: string): void {
  const old = ledger.positions.get(from);
  if (old === undefined || from === to) return;
  assert(canRename(ledger, from, to), `"${from}" cannot be held as "${to}": signs or units differ`);
  const other = ledger.positions.get(to);
  ledger.positions.delete(from);
  ledger.positions.set(to, {
    symbol: to,
    multiplier: old.multiplier,
    quantity: old.quantity + (other?.quantity ?? 0),
    lots: [...old.lots, ...(other?.lots ?? [])],
    realized: add(old.realized, other?.realized ?? ZERO),
  });
  assertBalanced(ledger);
}
