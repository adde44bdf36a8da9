/**
 * ledger: what we own and how it came about; double entry in exact integers.
 *
 * In: executions, transfers in cash and kind, dividends, fees, splits, new names. Out: cash,
 * positions by lots (first in, first
 * out), realized P&L, equity at given marks; one ledger a book, and books sum to the account.
 * Invariants: cash + securities at cost = capital + realized + income - fees after every posting;
 * a position is the signed sum of its lots; cost is kept as a total, never as an average.
 * Begin with `ledger.ts`.
 */
export * from './in-kind.ts';
export * from './ledger.ts';
export * from './lot.ts';
export * from './share.ts';
