import { moneyFromDollars } from '../../base/index.ts';
import { type Checking, keysAt, numberAt, refuse, valueAt } from './check.ts';
import { dollarText } from './field.ts';
import { isFilled } from './issue.ts';
import { type KeyPath, nodeAt } from './node.ts';

/** Dollars outside of these, times the capital, are a slip of the pen or of the unit (F084). */
interface Share {
  readonly key: string;
  readonly least: number;
  readonly most: number;
}

const SHARES: readonly Share[] = [
  { key: 'order_notional_max', least: 0.001, most: 500 },
  { key: 'position_dollars_max', least: 0.001, most: 10 },
  { key: 'gross_exposure_dollars_max', least: 0.01, most: 10 },
  { key: 'net_exposure_dollars_max', least: 0.01, most: 10 },
  { key: 'cash_reserve_dollars_min', least: 0.0001, most: 0.95 },
  { key: 'daily_loss_dollars_max', least: 0.001, most: 1 },
  { key: 'drawdown_dollars_max', least: 0.001, most: 1 },
  { key: 'day_notional_dollars_max', least: 0.01, most: 500 },
];

const DOLLARS_MAX = 1_000_000_000;

const rounded = (dollars: number): string => dollarText(moneyFromDollars(dollars));

/** Rules between limits, of the desk or of a book. */
export function checkLimits(checking: Checking, section: KeyPath): void {
  for (const share of SHARES) checkShare(checking, section, share);
  for (const symbol of keysAt(checking.plain, [...section, 'symbols'])) {
    const path = [...section, 'symbols', symbol];
    for (const share of SHARES) checkShare(checking, path, share);
    if (keysAt(checking.plain, ['data']).includes(symbol)) continue;
    refuse(checking, path, { wanted: 'limits of a symbol that "data" has', atKey: true });
  }
  checkStop(checking, section);
}

function checkShare(checking: Checking, section: KeyPath, { key, least, most }: Share): void {
  const path = [...section, key];
  const capital = numberAt(checking.plain, ['capital']);
  const found = numberAt(checking.plain, path);
  if (capital === undefined || found === undefined || !(capital > 0)) return;
  const from = Math.max(1, capital * least);
  const to = Math.min(DOLLARS_MAX, capital * most);
  if (found >= from && found <= to) return;
  const range = isFilled(nodeAt(checking.root, ['capital']))
    ? `${Number((least * 100).toPrecision(3))} % to ${most} times the capital`
    : `${rounded(from)} to ${rounded(to)}`;
  refuse(checking, path, { wanted: `dollars within ${range}: in proportion to the capital` });
}

/** A stop for every entry needs a distance for those that bring none. */
function checkStop(checking: Checking, section: KeyPath): void {
  if (valueAt(checking.plain, [...section, 'stop_required']) !== true) return;
  const distance = (at: KeyPath) => valueAt(checking.plain, [...at, 'default_stop_pct']);
  if (distance(section) !== undefined || distance(['limits']) !== undefined) return;
  const wanted = '"default_stop_pct" beside it, for entries without a stop';
  refuse(checking, [...section, 'stop_required'], { wanted });
}
