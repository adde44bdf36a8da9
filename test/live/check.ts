import { formatMoney, type Money, parseDate, parseMoney } from '../../src/base/index.ts';
import { exchangeDate, sessionOn, sessionsBetween } from '../../src/market/index.ts';
import type { Intent } from '../../src/orders/index.ts';
import type { History } from './history.ts';
import type { Listed, Truth } from './venue-process.ts';

const LOST_FILL_MS = 15_000; // section 6: a lost fill is found so soon while orders are live
const RECOVERY_MS = 10_000; // section 6: from a start to a reconciled account

export interface Asked {
  readonly from: string;
  readonly to: string;
  /** Whether executions were taken back or corrected afterwards. */
  readonly afterwards: boolean;
  /** Whether each session of each book has one slot. */
  readonly slots: boolean;
  /** Longest time to a reconciled account; more where the broker answers badly. */
  readonly recoveryMs?: number;
}

/** Intents of which the broker has more than one order (invariant 2, over restarts). */
const intentOf = (clientOrderId: string): string =>
  clientOrderId.replace(/^pl-[0-9a-f]+-e\d+-/, '');

const sameList = (found: readonly string[]): string[] =>
  found.filter((one, i) => found.indexOf(one) !== i);

/** Everything that is wrong with a run, as sentences with the numbers of the invariants. */
export function violations(history: History, truth: Truth, asked: Asked): string[] {
  return [
    ...history.wrong.map((text) => `27, 29: ${text}`),
    ...history.whileHalted.map((id) => `16: "${id}" was asked for under a halt`),
    ...ordersWrong(history, truth),
    ...fillsWrong(history, truth),
    ...booksWrong(history, truth),
    ...(asked.slots ? slotsWrong(history, asked) : []),
    ...(asked.afterwards ? [] : lateFills(history, truth)),
    ...recoveriesWrong(history, asked),
  ];
}

function ordersWrong({ intents, setup }: History, { orders }: Truth): string[] {
  const wrong: string[] = [];
  const ids = orders.map((one) => intentOf(one.client_order_id));
  for (const id of sameList(ids)) wrong.push(`2: two orders of intent "${id}"`);
  for (const order of orders) {
    const intent = intents.get(order.client_order_id);
    if (intent === undefined) {
      wrong.push(`31: nobody meant order "${order.client_order_id}"`);
      continue;
    }
    const [found, wanted] = [listedTerms(order), intentTerms(intent)];
    if (found !== wanted) wrong.push(`terms of "${intent.id}": ${found} in place of ${wanted}`);
    wrong.push(...outside(order, intent, setup.fenceMs));
  }
  return wrong;
}

const listedTerms = (one: Listed): string =>
  [one.side, one.qty, one.symbol, one.type, one.time_in_force, one.limit_price ?? '-'].join(' ');

function intentTerms({ side, quantity, symbol, pricing, timeInForce }: Intent): string {
  const limit = 'limitPrice' in pricing ? formatMoney(pricing.limitPrice as number as Money) : '-';
  const type = pricing.type === 'stopLimit' ? 'stop_limit' : pricing.type;
  return [side, quantity, symbol, type, timeInForce, limit].join(' ');
}

/** An order outside of its session, or after the fence of that day's close (invariant 23). */
function outside(order: Listed, intent: Intent, fenceMs: number): string[] {
  const at = Date.parse(order.created_at);
  const session = sessionOn(exchangeDate(at as never));
  if (session === undefined || session.date !== intent.date || at < session.open) {
    return [`23: "${intent.id}" was sent outside of its session, at ${order.created_at}`];
  }
  if (at > session.close - fenceMs) {
    return [`23: "${intent.id}" was sent after the fence, at ${order.created_at}`];
  }
  return [];
}

/** Each execution once in the ledger, quantity and cost (invariants 7, 8, 9). */
function fillsWrong(history: History, { orders, executions }: Truth): string[] {
  const { fills, intents, questions } = history;
  const sides = new Map([...intents.values()].map((one) => [one.id as string, one.side]));
  const ours = new Map<string, { quantity: number; cost: number }>();
  for (const { order, side, quantity, price } of fills) {
    const sign = sides.get(order) === side ? 1 : -1;
    const sum = ours.get(order) ?? { quantity: 0, cost: 0 };
    sum.quantity += sign * quantity;
    sum.cost += sign * quantity * price;
    ours.set(order, sum);
  }
  const wrong: string[] = [];
  for (const order of orders) {
    const id = intentOf(order.client_order_id);
    const theirs = { quantity: 0, cost: 0 };
    for (const { order_id: of, qty, price } of executions) {
      if (of !== order.id) continue;
      theirs.quantity += Number(qty);
      theirs.cost += Number(qty) * parseMoney(price);
    }
    const found = ours.get(id) ?? { quantity: 0, cost: 0 };
    ours.delete(id);
    if (found.quantity === theirs.quantity && found.cost === theirs.cost) continue;
    // A difference that a person is asked about has a name (invariant 10).
    if (questions.some(({ symbol }) => symbol === order.symbol)) continue;
    wrong.push(`8: "${id}" has ${told(found)} in the ledger and ${told(theirs)} at the broker`);
  }
  for (const [id, sum] of ours) {
    if (sum.quantity !== 0) wrong.push(`8: "${id}" filled in the ledger alone: ${told(sum)}`);
  }
  return wrong;
}

const told = ({ quantity, cost }: { quantity: number; cost: number }): string =>
  `${quantity} for ${formatMoney(cost as Money)}`;

/** Positions and cash to the cent, or a question that names the difference (invariants 10, 11). */
function booksWrong(history: History, truth: Truth): string[] {
  const { questions, live } = history;
  const wrong: string[] = live.map((text) => `36: still live at the end: ${text}`);
  const symbols = new Set([...Object.keys(history.positions), ...Object.keys(truth.positions)]);
  for (const symbol of symbols) {
    const [ours, theirs] = [history.positions[symbol] ?? 0, truth.positions[symbol] ?? 0];
    if (ours === theirs || questions.some((one) => one.symbol === symbol)) continue;
    wrong.push(`10: ${ours} ${symbol} in the ledger, ${theirs} at the broker`);
  }
  const [ours, theirs] = [history.cash, parseMoney(truth.cash)];
  if (Math.abs(ours - theirs) >= 10_000 && !questions.some((one) => one.class === 'cash')) {
    wrong.push(`11: cash ${formatMoney(ours)} in the ledger, ${truth.cash} at the broker`);
  }
  return wrong;
}

/** One decision or one missed slot with its alert, for every session and book (invariant 22). */
function slotsWrong({ decisions, alerts, setup }: History, { from, to }: Asked): string[] {
  const wrong: string[] = [];
  for (const { date } of sessionsBetween(parseDate(from), parseDate(to))) {
    for (const { name } of setup.books) {
      const found = decisions.filter((one) => one.date === date && one.book === name);
      if (found.length !== 1) wrong.push(`22: ${found.length} answers of "${name}" on ${date}`);
      if (found[0]?.action !== 'missed') continue;
      const isTold = alerts.some(({ code, text }) => code === 'slotMissed' && text.includes(date));
      if (!isTold) wrong.push(`22: the slot of ${date} was missed and nobody was told`);
    }
  }
  return wrong;
}

/** How late after its newest execution all of an order was in the ledger, by the market's time. */
export function fillDelays({ fills }: History, { orders, executions }: Truth): number[] {
  return orders.flatMap((order) => {
    const made = executions.filter((one) => one.order_id === order.id);
    const newest = Math.max(...made.map((one) => Date.parse(one.transaction_time)));
    const total = made.reduce((sum, { qty }) => sum + Number(qty), 0);
    let booked = 0;
    for (const fill of fills) {
      if (fill.order !== intentOf(order.client_order_id)) continue;
      booked += fill.side === order.side ? fill.quantity : -fill.quantity;
      if (booked === total) return [Math.max(0, fill.at - newest)];
    }
    return [];
  });
}

function lateFills(history: History, truth: Truth): string[] {
  return fillDelays(history, truth).flatMap((ms) =>
    ms > LOST_FILL_MS ? [`section 6: a fill was found after ${ms / 1_000} s`] : [],
  );
}

function recoveriesWrong({ recoveriesMs }: History, { recoveryMs = RECOVERY_MS }: Asked): string[] {
  return recoveriesMs.flatMap((ms) =>
    ms !== null && ms > recoveryMs ? [`section 6: reconciled after ${ms / 1_000} s`] : [],
  );
}
