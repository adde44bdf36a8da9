/**
 * ledger: what we own and how it came about; double entry in exact integers.
 *
 * In: executions, transfers, dividends, fees, splits. Out: cash, positions by lots (first in, first
 * out), realized P&L, equity at given marks; one ledger a book, and books sum to the account.
 * Invariants: cash + securities at cost = capital + realized + income - fees after every posting;
 * a position is the signed sum of its lots; cost is kept as a total, never as an average.
 * Begin with `ledger.ts`.
 */
export * from './ledger.ts';
export * from './lot.ts';
