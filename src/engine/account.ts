import { formatMoney, type Money } from '../base/index.ts';
import type { AccountInput } from './input.ts';
import { accountCash, accountPositions, alert, type State } from './state.ts';

const CASH_TOLERANCE = 10_000 as Money; // one cent, in micro-dollars

/** One thing in which the broker's account and the ledger differ. */
export interface Difference {
  readonly what: string;
  readonly ours: string;
  readonly theirs: string;
  /** |theirs - ours| in percent of ours; 100 where ours is 0. */
  readonly driftPct: number;
}

/** Every difference between the ledger and a confirmed reading; empty when they agree. */
export function differencesOf(state: State, account: AccountInput['account']): Difference[] {
  const ours = accountPositions(state);
  const differences: Difference[] = [];
  const symbols = new Set([...Object.keys(ours), ...Object.keys(account.positions)]);
  for (const symbol of [...symbols].sort()) {
    const mine = ours[symbol] ?? 0;
    const theirs = account.positions[symbol] ?? 0;
    if (mine === theirs) continue;
    const driftPct = mine === 0 ? 100 : (Math.abs(theirs - mine) / Math.abs(mine)) * 100;
    differences.push({ what: symbol, ours: `${mine}`, theirs: `${theirs}`, driftPct });
  }
  const cash = accountCash(state);
  if (Math.abs(cash - account.cash) > CASH_TOLERANCE) {
    const driftPct = cash === 0 ? 100 : (Math.abs(account.cash - cash) / Math.abs(cash)) * 100;
    const [mine, theirs] = [formatMoney(cash), formatMoney(account.cash)];
    differences.push({ what: 'cash', ours: mine, theirs, driftPct });
  }
  return differences;
}

/**
 * A confirmed reading of the account. While orders are under way it proves nothing; at rest every
 * difference is named, and none is assumed away: new risk stops until a person has looked.
 */
export function takeAccount(state: State, input: AccountInput): void {
  if (state.orders.live.size > 0) return;
  const differences = differencesOf(state, input.account);
  if (differences.length === 0) return;
  const list = differences.map(
    ({ what, ours, theirs, driftPct }) =>
      `${what}: ours ${ours}, broker ${theirs} (${driftPct.toFixed(1)} %)`,
  );
  const reason = `The broker's account differs from the ledger: ${list.join('; ')}`;
  alert(state, 'CRITICAL', 'accountMismatch', reason);
  if (state.halt !== 'NONE') return;
  state.halt = 'NO_NEW_RISK';
  state.haltReason = reason;
}
