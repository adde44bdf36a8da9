import { BadInput, formatMoney, type Money } from '../../base/index.ts';
import { instrumentOf, parseOcc } from '../../market/index.ts';
import type { AccountSeen } from '../input.ts';
import type { Difference, DifferenceClass } from './state.ts';
import { accountCash, accountPositions, markOf, type State } from '../state.ts';

const CASH_SLACK = 10_000; // one cent, in micro-dollars: what rounding of fees leaves
const DIFFERENCES_MAX = 100; // beyond it, this is hardly the same account

/**
 * Every difference between the ledgers and a complete reading, classed, in order of symbols, cash
 * last; empty when they agree to the share and the cent. Counts in the ratio of a split are one
 * only where no more cash moved than pays for part of a share, and none was booked just now.
 */
export function differencesOf(state: State, account: AccountSeen): Difference[] {
  const ours = accountPositions(state);
  const cash = accountCash(state);
  const gap = Math.abs(cash - account.cash);
  const differences: Difference[] = [];
  const symbols = new Set([...Object.keys(ours), ...Object.keys(account.positions)]);
  for (const symbol of [...symbols].sort()) {
    const mine = ours[symbol] ?? 0;
    const theirs = account.positions[symbol] ?? 0;
    if (mine === theirs) continue;
    const kind = classOf(state, symbol, mine, theirs);
    const paid = gap > CASH_SLACK + (markOf(state, symbol) ?? 0);
    const unlike = kind === 'corporateAction' && (paid || isFrozen(state, symbol));
    differences.push({ class: unlike ? 'quantity' : kind, symbol, ours: mine, theirs });
  }
  const managed = differences.filter((one) => one.class !== 'external').length;
  if (managed > DIFFERENCES_MAX) return [tooMany(ours, account)];
  if (gap > CASH_SLACK) {
    differences.push({ class: 'cash', symbol: null, ours: cash, theirs: account.cash });
  }
  return differences;
}

const isFrozen = ({ reconcile }: State, symbol: string): boolean =>
  reconcile.frozen.some((one) => one.symbol === symbol);

const tooMany = (ours: Readonly<Record<string, number>>, account: AccountSeen): Difference => ({
  class: 'account',
  symbol: null,
  ours: Object.keys(ours).length,
  theirs: Object.keys(account.positions).length,
});

function classOf(state: State, symbol: string, ours: number, theirs: number): DifferenceClass {
  if (!isManaged(state, symbol)) return 'external';
  const shrank = Math.abs(theirs) < Math.abs(ours) && theirs * ours >= 0;
  if (shrank && rootOf(symbol) !== null) return 'assignment';
  if (theirs === 0) return 'missing';
  if (ours === 0) return 'phantom';
  return splitRatio(ours, theirs) === null ? 'quantity' : 'corporateAction';
}

/** Whether a book may hold `symbol`, holds it, has an order in it, or an option on it. */
export function isManaged(state: State, symbol: string): boolean {
  for (const { universe, ledger } of state.books) {
    if (universe.includes(symbol)) return true;
    for (const held of ledger.positions.keys()) {
      if (held === symbol || rootOf(held) === symbol) return true;
    }
  }
  for (const { intent } of state.orders.live.values()) {
    if (intent.symbol === symbol && intent.book !== state.external.setup.name) return true;
  }
  return false;
}

const TICKER_MAX = 12; // characters; an option's symbol is longer

/** The underlying of an option's symbol; null for any other. */
export function rootOf(symbol: string): string | null {
  if (symbol.length <= TICKER_MAX) return null;
  try {
    return parseOcc(symbol).root;
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

/** Units of the underlying in one unit of `symbol`; 1 where nothing is known of it. */
export function multiplierOf(state: State, symbol: string): number {
  for (const { ledger } of [...state.books, state.external]) {
    const position = ledger.positions.get(symbol);
    if (position !== undefined) return position.multiplier;
  }
  return rootOf(symbol) === null ? 1 : instrumentOf(symbol).multiplier;
}

/** Ratios that companies split by: new shares for old ones. */
const RATIOS: readonly (readonly [number, number])[] = [
  ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 100].map((n) => [n, 1] as const),
  [3, 2], [4, 3], [5, 2], [5, 3], [5, 4], [6, 5],
]; // prettier-ignore

/** New shares for old ones, when `theirs` is what a split would make of `ours`; else null. */
export function splitRatio(ours: number, theirs: number): readonly [number, number] | null {
  for (const [n, d] of RATIOS) {
    if (Math.trunc((ours * n) / d) === theirs) return [n, d];
    const reverse = d === 1 && theirs !== 0 && Math.trunc(ours / n) === theirs;
    if (reverse) return [d, n];
  }
  return null;
}

/** A difference as a sentence's part: "A: ours 500, broker 499 (0.2 %)". */
export function tell({ class: kind, symbol, ours, theirs }: Difference): string {
  const driftPct = ours === 0 ? 100 : (Math.abs(theirs - ours) / Math.abs(ours)) * 100;
  const drift = `(${driftPct.toFixed(1)} %)`;
  if (kind !== 'cash') return `${symbol ?? 'positions'}: ours ${ours}, broker ${theirs} ${drift}`;
  const [mine, other] = [formatMoney(ours as Money), formatMoney(theirs as Money)];
  return `cash: ours ${mine}, broker ${other} ${drift}`;
}
