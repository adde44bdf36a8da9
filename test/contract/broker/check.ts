import { findOrder, type Order } from '../../../src/orders/index.ts';
import type { Desk } from './desk.ts';
import type { VenueFill, VenueOrder, VenueStatus } from './kit.ts';

/** What must hold after every case, as sentences of what does not; empty when all does. */
export async function violations(desk: Desk): Promise<string[]> {
  const { venue } = desk.world;
  const found = [...strangers(desk), ...alarms(desk), ...repeats(desk), ...words(desk)];
  if (desk.world.requests('elsewhere') > 0) found.push('a redirect was followed');
  const submits = desk.world.requests('submit');
  if (submits > desk.sends) found.push(`${submits} submits for ${desk.sends} sends`);
  const orders = await venue.orders();
  found.push(...identity(desk, orders));
  found.push(...(await differences(desk, orders)));
  return found;
}

/** Where the desk and the counterpart's own books differ; empty when they agree. */
export async function differences(
  desk: Desk,
  listed?: readonly VenueOrder[],
): Promise<readonly string[]> {
  const { venue } = desk.world;
  const orders = listed ?? (await venue.orders());
  const fills = await venue.fills();
  const found: string[] = [];
  for (const order of allOf(desk)) found.push(...orderDifferences(desk, order, orders, fills));
  return [...found, ...(await bookDifferences(desk))];
}

const allOf = (desk: Desk): Order[] =>
  desk.intents.map(({ clientOrderId: id }) => findOrder(desk.orders, id) as Order);

/** The counterpart's order for ours: by our id, or by the id it was bound to. */
function venueOrderOf(order: Order, orders: readonly VenueOrder[]): VenueOrder | undefined {
  return orders.find(
    ({ id, clientOrderId }) =>
      clientOrderId === order.intent.clientOrderId || id === order.venueOrderId,
  );
}

function orderDifferences(
  desk: Desk,
  order: Order,
  orders: readonly VenueOrder[],
  fills: readonly VenueFill[],
): string[] {
  const name = `order "${order.intent.id}"`;
  const there = venueOrderOf(order, orders);
  if (order.status === 'unknown') {
    return desk.leavesUnknown ? [] : [`${name} is unknown (${order.reason})`];
  }
  if (there === undefined) {
    const isNowhere = order.status === 'rejected' && order.filled === 0;
    return isNowhere ? [] : [`${name} is ${order.status} here and not at the venue`];
  }
  const found: string[] = [];
  const wanted = STATUSES[there.status];
  if (!wanted.includes(order.status)) {
    found.push(`${name} is ${order.status} here, ${there.status} at the venue`);
  }
  const own = fills.filter(({ orderId }) => orderId === there.id);
  const legs = order.intent.legs ?? [{ symbol: order.intent.symbol }];
  for (const { symbol } of legs) {
    const [here, said] = [sumOf(order, symbol), venueSum(own, symbol)];
    if (here !== said) found.push(`${name}: fills of "${symbol}" are ${here} here, ${said} there`);
  }
  return found;
}

const STATUSES: Readonly<Record<VenueStatus, readonly Order['status'][]>> = {
  open: ['working', 'canceling'],
  filled: ['filled'],
  canceled: ['canceled'],
  rejected: ['rejected'],
  expired: ['expired'],
};

/** Quantity and notional of what is booked, as one text. */
function sumOf({ intent, executions }: Order, symbol: string): string {
  const own = executions.filter((fill) => intent.legs === undefined || fill.symbol === symbol);
  return total(own);
}

const venueSum = (fills: readonly VenueFill[], symbol: string): string =>
  total(fills.filter((fill) => fill.symbol === symbol));

function total(fills: readonly { readonly quantity: number; readonly price: number }[]): string {
  let [quantity, notional] = [0, 0];
  for (const fill of fills) {
    quantity += fill.quantity;
    notional += fill.quantity * fill.price;
  }
  return `${quantity} for ${notional / 1e6}`;
}

/** Cash and positions: the sums of the reports, the adapter's reading and the venue's own. */
async function bookDifferences(desk: Desk): Promise<string[]> {
  const { world } = desk;
  const found: string[] = [];
  const [cash, positions] = [await world.venue.cash(), sorted(await world.venue.positions())];
  if (desk.cash !== cash) found.push(`cash is ${desk.cash} by the fills, ${cash} at the venue`);
  const held = sorted(Object.fromEntries(desk.positions));
  if (held !== positions) found.push(`positions are ${held} by the fills, ${positions} there`);
  try {
    const seen = await world.broker.account(world.at());
    if (seen.cash !== cash) found.push(`cash is ${seen.cash} as read, ${cash} at the venue`);
    const read = sorted(seen.positions);
    if (read !== positions) found.push(`positions are ${read} as read, ${positions} there`);
  } catch (error) {
    found.push(`the account could not be read: ${String(error)}`);
  }
  return found;
}

const sorted = (positions: Readonly<Record<string, number>>): string =>
  JSON.stringify(Object.entries(positions).sort(([a], [b]) => (a < b ? -1 : 1)));

const strangers = (desk: Desk): string[] =>
  desk.strangers.map(({ kind, order }) => `a report "${kind}" names "${order}", no order of ours`);

const alarms = (desk: Desk): string[] =>
  desk.expectsAlarm ? [] : desk.alarms.map((alarm) => `alarm: ${alarm}`);

const REASON_MAX = 500;

/** Reasons are for people: short, printable, and without what is secret (invariant 32). */
function words(desk: Desk): string[] {
  const found: string[] = [];
  for (const report of desk.heard) {
    const reason = 'reason' in report ? report.reason : 'status' in report ? report.status : '';
    // A throw is cut by whoever makes a report of it; the broker's own words are cut here.
    if (report.kind !== 'unknown' && reason.length > REASON_MAX) {
      found.push(`a reason of ${reason.length} characters`);
    }
    if (/\p{Cc}/u.test(reason)) found.push('a reason that does not print');
  }
  const all = JSON.stringify(desk.heard) + desk.throws.join('\n');
  for (const secret of desk.world.secrets()) {
    if (all.includes(secret)) found.push('a secret in a report or an error');
  }
  return found;
}

/** One id of an execution told with two contents, without a correction. */
function repeats(desk: Desk): string[] {
  const seen = new Map<string, string>();
  const found: string[] = [];
  for (const report of desk.heard) {
    if (report.kind !== 'fill') continue;
    const { executionId, quantity, price, symbol } = report.fill;
    const text = `${report.order} ${quantity} at ${price} of ${symbol ?? ''}`;
    const before = seen.get(executionId) ?? text;
    if (before !== text && !desk.expectsAlarm) {
      found.push(`execution "${executionId}" is "${before}", then "${text}"`);
    }
    seen.set(executionId, text);
  }
  return found;
}

/** Invariant 2: at most one order at the counterpart for each intent, and none of no intent. */
function identity(desk: Desk, orders: readonly VenueOrder[]): string[] {
  const own = orders.filter(({ id }) => !desk.foreign.has(id));
  const isTold = desk.world.broker.traits.clientIds === 'unique';
  const keyOf = (order: VenueOrder): string =>
    isTold
      ? (order.clientOrderId ?? `no id: ${order.id}`)
      : termsKey(order.symbol, order.side, order.quantity);
  const allowed = new Map<string, number>();
  for (const { clientOrderId, symbol, side, quantity, legs } of desk.intents) {
    const key = isTold
      ? clientOrderId
      : termsKey(legs === undefined ? symbol : '', legs === undefined ? side : null, quantity);
    allowed.set(key, (allowed.get(key) ?? 0) + 1);
  }
  const found: string[] = [];
  for (const key of new Set(own.map(keyOf))) {
    const count = own.filter((order) => keyOf(order) === key).length;
    const most = allowed.get(key) ?? 0;
    if (count > most) found.push(`${count} orders at the venue for ${most} intents: "${key}"`);
  }
  return found;
}

const termsKey = (symbol: string, side: string | null, quantity: number): string =>
  symbol === '' ? `legs ${quantity}` : `${side} ${quantity} ${symbol}`;
