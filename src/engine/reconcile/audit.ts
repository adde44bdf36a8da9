import type { BookState, State } from '../state.ts';
import { auditLedger } from '../../ledger/index.ts';

/** What another party holds for us: the broker's own books, in a simulation. */
export interface Books {
  readonly cash: number;
  readonly positions: Readonly<Record<string, number>>;
}

/**
 * Proves the ledgers by their lots: each balances in itself, and those of all books and of what no
 * book has add up to `account`, where it is given. Returns each gap that no open question names
 * (invariants 10 and 11), as sentences. Throws when a ledger is wrong in itself.
 */
export function auditBooks(state: State, account?: Books, centsMax = 1): string[] {
  const held: Record<string, number> = {};
  let cash = 0;
  for (const book of [...state.books, state.external]) {
    auditLedger(book.ledger);
    cash += book.ledger.cash;
    addLots(held, book);
  }
  if (account === undefined) return [];
  const gaps: string[] = [];
  const symbols = new Set([...Object.keys(held), ...Object.keys(account.positions)]);
  for (const symbol of [...symbols].sort()) {
    const [ours, theirs] = [held[symbol] ?? 0, account.positions[symbol] ?? 0];
    if (ours === theirs || isNamed(state, symbol)) continue;
    gaps.push(`${symbol}: the books hold ${ours}, the broker ${theirs}`);
  }
  const gap = account.cash - cash;
  if (Math.abs(gap) > centsMax * 10_000 && !isNamed(state, null)) {
    gaps.push(`cash: the books have ${cash}, the broker ${account.cash} micro-dollars`);
  }
  return gaps;
}

function addLots(held: Record<string, number>, { ledger }: BookState): void {
  for (const { symbol, lots } of ledger.positions.values()) {
    for (const { quantity } of lots) held[symbol] = (held[symbol] ?? 0) + quantity;
  }
}

/** Whether a difference there is known: asked, waiting for its second reading, or frozen. */
function isNamed({ reconcile }: State, symbol: string | null): boolean {
  const named = (one: { symbol: string | null; class?: string }) =>
    one.symbol === symbol || one.class === 'account';
  const { questions, seen, frozen } = reconcile;
  return questions.some(named) || seen.some(named) || frozen.some(named);
}
