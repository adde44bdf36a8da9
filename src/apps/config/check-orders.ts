import { type Checking, numberAt, refuse, valueAt } from './check.ts';
import { isFilled } from './issue.ts';
import { type KeyPath, nodeAt } from './node.ts';

const CENT = 0.01;
const TOLERANCE_SHARE = 0.001; // of the capital: more cash than this does not get lost in rounding

/** Rules between what the desk says of orders, of guards and of the account. */
export function checkOrders(checking: Checking): void {
  checkTolerance(checking);
  const books = valueAt(checking.plain, ['books']);
  if (!Array.isArray(books)) return;
  books.forEach((_, i) => {
    checkApprovals(checking, ['books', i, 'approvals']);
    checkWatch(checking, ['books', i]);
    checkLeftover(checking, ['books', i, 'leftover']);
  });
}

function checkTolerance(checking: Checking): void {
  const section = ['reconcile'];
  const keys = ['cash_tolerance_day_dollars', 'cash_tolerance_month_dollars'] as const;
  const [day = CENT, month = CENT] = keys.map((key) => numberAt(checking.plain, [...section, key]));
  if (day > month) {
    const isSet = valueAt(checking.plain, [...section, keys[1]]) !== undefined;
    const path = [...section, isSet ? keys[1] : keys[0]];
    refuse(checking, path, { wanted: `"${keys[0]}" at most "${keys[1]}"` });
  }
  const capital = numberAt(checking.plain, ['capital']);
  if (capital === undefined || !(capital > 0)) return;
  const most = Math.max(CENT, capital * TOLERANCE_SHARE);
  const isSecret = isFilled(nodeAt(checking.root, ['capital']));
  const bound = isSecret ? '' : ` = ${Number(most.toFixed(2))} dollars`;
  for (const key of keys) {
    const found = numberAt(checking.plain, [...section, key]);
    if (found === undefined || found <= most) continue;
    refuse(checking, [...section, key], { wanted: `at most 0.1 % of the capital${bound}` });
  }
}

/** Without the desk's section there is no time to answer in, and nobody would be asked. */
function checkApprovals(checking: Checking, path: KeyPath): void {
  if (valueAt(checking.plain, path) === undefined) return;
  if (valueAt(checking.plain, ['approvals']) !== undefined) return;
  const wanted = 'none without "approvals" of the desk, which sets the time to answer';
  refuse(checking, path, { wanted });
}

function checkWatch(checking: Checking, book: KeyPath): void {
  const path = [...book, 'watch'];
  const [most, atLoss] = ['hold_days_max', 'hold_days_max_at_loss'].map((key) =>
    numberAt(checking.plain, [...path, key]),
  );
  if (most !== undefined && atLoss !== undefined && atLoss > most) {
    const wanted = '"hold_days_max_at_loss" at most "hold_days_max"';
    refuse(checking, [...path, 'hold_days_max_at_loss'], { wanted });
  }
  const required =
    valueAt(checking.plain, [...book, 'limits', 'stop_required']) ??
    valueAt(checking.plain, ['limits', 'stop_required']);
  const own = valueAt(checking.plain, [...path, 'stop_required']);
  if (required !== true || own !== false) return;
  refuse(checking, [...path, 'stop_required'], { wanted: 'true, as the limits require a stop' });
}

/** A count of orders that are priced anew is nothing where none is. */
function checkLeftover(checking: Checking, path: KeyPath): void {
  if (valueAt(checking.plain, [...path, 'reprices_max']) === undefined) return;
  const kinds = ['market', 'limit', 'stop', 'stop_limit'];
  if (kinds.some((kind) => valueAt(checking.plain, [...path, kind]) === 'reprice')) return;
  refuse(checking, [...path, 'reprices_max'], { wanted: 'a kind of order that is "reprice"' });
}
