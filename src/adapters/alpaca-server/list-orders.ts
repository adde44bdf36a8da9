import { queryInstant } from './activities.ts';
import type { Desk } from './desk.ts';
import { type DeskOrder, isOpen } from './records.ts';
import { unprocessable } from './refused.ts';
import { houseSymbol, isOption, underlyingOf } from './symbols.ts';

const [PAGE, PAGE_MAX] = [50, 500];

/** Orders as a query asks for them, newest first but for `direction` "asc". Throws `Refused`. */
export function listOrders(desk: Desk, query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? PAGE);
  if (!Number.isInteger(limit) || limit < 1) throw unprocessable('limit must be above 0');
  const isNested = query.get('nested') === 'true';
  const passes = filterOf(desk, query, isNested);
  const found = [...desk.orders.all].filter(
    (order) => passes(order) && !(isNested && order.parent !== null),
  );
  const ordered = query.get('direction') === 'asc' ? found : found.toReversed();
  return ordered.slice(0, Math.min(limit, PAGE_MAX)).map((order) => desk.json(order, isNested));
}

function filterOf(desk: Desk, query: URLSearchParams, isNested: boolean) {
  const status = query.get('status') ?? 'open';
  if (!['open', 'closed', 'all'].includes(status)) throw unprocessable(`invalid status: ${status}`);
  const after = queryInstant(query, 'after');
  const until = queryInstant(query, 'until');
  const later = numberOf(desk, query.get('after_order_id')) ?? 0;
  const earlier = numberOf(desk, query.get('before_order_id')) ?? Infinity;
  const side = query.get('side');
  const symbols = query.get('symbols')?.split(',').map(houseSymbol) ?? null;
  const classes = query.get('asset_class')?.split(',') ?? null;
  return (order: DeskOrder): boolean => {
    const { number, createdAt, terms } = order;
    if (status !== 'all' && isOpenIn(desk, order, isNested) !== (status === 'open')) return false;
    if ((after !== null && createdAt <= after) || (until !== null && createdAt >= until))
      return false;
    if (number <= later || number >= earlier) return false;
    if (side !== null && terms.side !== side) return false;
    if (classes !== null && !classes.includes('all') && !isOfClass(order, classes)) return false;
    return (
      symbols === null || symbols.some((symbol) => symbol !== null && isIn(order, symbol, classes))
    );
  };
}

/** An entry that is done is still listed as open while its exits work, when asked for nested. */
const isOpenIn = (desk: Desk, order: DeskOrder, isNested: boolean): boolean =>
  isOpen(order) || (isNested && desk.orders.legsOf(order).some(isOpen));

function numberOf(desk: Desk, id: string | null): number | null {
  if (id === null) return null;
  const order = desk.orders.find(id);
  if (order === undefined) throw unprocessable('order id of the page is not known');
  return order.number;
}

const isOfClass = ({ terms }: DeskOrder, classes: readonly string[]): boolean =>
  classes.includes(
    terms.orderClass === 'mleg' || isOption(terms.symbol) ? 'us_option' : 'us_equity',
  );

function isIn({ terms }: DeskOrder, symbol: string, classes: readonly string[] | null): boolean {
  if (terms.symbol === symbol) return true;
  const isByRoot = classes?.includes('us_option') === true && isOption(terms.symbol);
  return isByRoot && underlyingOf(terms.symbol) === symbol;
}
