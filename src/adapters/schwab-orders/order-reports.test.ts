import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, parsePrice } from '../../base/index.ts';
import {
  addIntent,
  applyReport,
  type Intent,
  newOrders,
  type Order,
  verifyTerms,
} from '../../orders/index.ts';
import { AT, intentOf } from './intent.fixture.ts';
import { listedOf } from './order-listed.ts';
import { executionsOf, reportsOf } from './order-reports.ts';
import { ordersOf, type SchwabOrder } from './order-schema.ts';
import { meaningOfStatus, STATUS_TABLE } from './order-status.ts';
import { hasShared, published, recorded } from './shared.fixture.ts';

const ID = intentOf().clientOrderId;

type Row = Record<string, unknown>;

const legRow = (legId: number, symbol: string, instruction: string, quantity: number): Row => ({
  legId,
  instruction,
  quantity,
  instrument: { assetType: symbol.length === 21 ? 'OPTION' : 'EQUITY', symbol },
});

const fillRow = (activityId: number, remaining: number, legs: Row[]): Row => ({
  activityType: 'EXECUTION',
  executionType: 'FILL',
  activityId,
  orderRemainingQuantity: remaining,
  executionLegs: legs,
});

const executed = (quantity: number, price: number, legId = 1): Row => ({
  legId,
  quantity,
  price,
  time: '2025-01-17T17:19:49+0000',
});

/** A limit order for ten SPY in Schwab's words, but for what is said. */
const orderOf = (terms: Row = {}): SchwabOrder =>
  ordersOf({
    orderId: 1002613435352,
    accountNumber: 12345678,
    status: 'WORKING',
    session: 'NORMAL',
    duration: 'DAY',
    orderType: 'LIMIT',
    orderStrategyType: 'SINGLE',
    quantity: 10,
    filledQuantity: 0,
    remainingQuantity: 10,
    price: 500,
    enteredTime: '2025-01-17T17:00:00+0000',
    orderLegCollection: [legRow(1, 'SPY', 'BUY', 10)],
    ...terms,
  })[0] as SchwabOrder;

const kinds = (order: SchwabOrder, at = AT) => reportsOf(order, ID, at).map(({ kind }) => kind);

describe.skipIf(!hasShared)('recorded orders', () => {
  const list = () => (recorded('orders.list.json') as unknown[]).flatMap((row) => ordersOf(row));
  const one = (name: string) => ordersOf(recorded(name))[0] as SchwabOrder;

  test('that were canceled have an execution of their full quantity, and no fill', () => {
    for (const name of ['order.equity.limit.canceled.json', 'order.option.single.canceled.json']) {
      const order = one(name);
      expect(order.orderActivityCollection[0]).toMatchObject({ activityType: 'EXECUTION' });
      expect(executionsOf(order)).toEqual({ fills: [], hole: null });
      expect(kinds(order)).toEqual(['accepted', 'canceled']);
    }
  });

  test('of spreads tell each leg by its symbol, and fill the intent they stand for', () => {
    const order = one('order.vertical.net_credit.filled.json');
    const [sold, bought] = ['MRVL  250321C00155000', 'MRVL  250321C00170000'] as const;
    const intent = intentOf({
      symbol: 'MRVL',
      side: 'sell',
      quantity: 1,
      pricing: { type: 'limit', limitPrice: parsePrice('-1.2') },
      legs: [
        { symbol: sold, side: 'sell', ratio: 1 },
        { symbol: bought, side: 'buy', ratio: 1 },
      ],
    });
    expect(verifyTerms(intent, listedOf(order))).toBeNull();
    const { order: mine } = fold(intent, [order]);
    expect(mine.status).toBe('filled');
    expect(mine.executions.map(({ symbol, price, fee }) => [symbol, price, fee])).toEqual([
      [sold, parsePrice('2.06'), 0],
      [bought, parsePrice('0.86'), 0],
    ]);
    expect(mine.notional).toBe(-parsePrice('1.2'));
  });

  test('that close a spread for a debit list their legs in any order', () => {
    const order = one('order.vertical.net_debit.close.filled.json');
    const { fills } = executionsOf(order);
    expect(fills.map(({ symbol }) => symbol)).toEqual([
      'META  250131P00510000',
      'META  250131P00525000',
    ]);
    expect(listedOf(order)).toMatchObject({ type: 'limit', limitPrice: parsePrice('0.17') });
  });

  test('that were rejected say why, and were never accepted', () => {
    const [report, ...others] = reportsOf(
      one('order.vertical.rejected.options_level.json'),
      ID,
      AT,
    );
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      kind: 'rejected',
      reason: 'The account is not approved for this level of options trading.',
    });
  });

  test('of a list are all read, each with two fills under ids of their own', () => {
    const fills = list().flatMap((order) => executionsOf(order).fills);
    expect(fills).toHaveLength(10);
    expect(new Set(fills.map(({ executionId }) => executionId)).size).toBe(10);
    expect(list().every((order) => kinds(order).join() === 'accepted,fill,fill')).toBe(true);
  });

  test('F007 every documented status is mapped, UNKNOWN alone is for a person', () => {
    const { components } = published('schwab-trader.openapi.json') as {
      components: { schemas: { status: { enum: string[] } } };
    };
    const unmapped = components.schemas.status.enum.filter((name) => !(name in STATUS_TABLE));
    expect(unmapped).toEqual(['UNKNOWN']);
  });
});

describe('the status of an order', () => {
  test.each(Object.entries(STATUS_TABLE))('%s is %s', (status, meaning) => {
    const told = {
      live: ['accepted'],
      filled: ['accepted'],
      canceled: ['accepted', 'canceled'],
      expired: ['accepted', 'expired'],
      rejected: ['rejected'],
    };
    expect(kinds(orderOf({ status }))).toEqual(told[meaning]);
  });

  test('F007 a status that no table knows is live, and somebody must look', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (status) => {
        fc.pre(meaningOfStatus(status) === null);
        expect(kinds(orderOf({ status }))).toEqual(['accepted', 'suspended']);
      }),
    );
    expect(kinds(orderOf({ status: 'toString' }))).toEqual(['accepted', 'suspended']);
  });

  test('F007 an end is told with the last fill only, and a fill that never comes is told', () => {
    const closeTime = new Date(AT).toISOString().replace('.000Z', '+0000');
    const late = { status: 'CANCELED', filledQuantity: 4, closeTime };
    expect(kinds(orderOf(late))).toEqual(['accepted']);
    const later = (AT + 60_000) as Instant;
    expect(kinds(orderOf(late), later)).toEqual(['accepted', 'suspended']);
    expect(
      kinds(orderOf({ status: 'FILLED', filledQuantity: undefined, closeTime }), later),
    ).toEqual(['accepted', 'suspended']);
    const whole = { ...late, orderActivityCollection: [fillRow(1, 6, [executed(4, 500)])] };
    expect(kinds(orderOf(whole))).toEqual(['accepted', 'fill', 'canceled']);
  });

  test('F040 an execution that cannot be read is no fill, and no end either', () => {
    for (const broken of [
      { quantity: 'NaN' },
      { price: null },
      { quantity: 0.5 },
      { quantity: 0 },
    ]) {
      const legs = [{ ...executed(10, 500), ...broken }];
      const order = orderOf({
        status: 'FILLED',
        filledQuantity: 10,
        orderActivityCollection: [fillRow(1, 0, legs)],
      });
      expect(kinds(order)).toEqual(['accepted', 'suspended']);
    }
  });
});

describe('an order in our words', () => {
  test('is ours in the regular session, in whole shares and as a plain order only', () => {
    const wrong = (terms: Row) => verifyTerms(intentOf(), listedOf(orderOf(terms)));
    expect(wrong({})).toBeNull();
    expect(wrong({ stopPrice: 0, price: '500.00' })).toBeNull();
    expect(wrong({ session: 'SEAMLESS' })).toContain('time in force is "other"');
    expect(wrong({ duration: 'FILL_OR_KILL' })).toContain('time in force is "other"');
    expect(wrong({ orderStrategyType: 'TRIGGER' })).toContain('type is "other"');
    expect(wrong({ orderLegCollection: [legRow(1, 'SPY', 'BUY', 10.5)] })).toContain('quantity');
    expect(wrong({ orderLegCollection: [legRow(1, 'SPY', 'EXCHANGE', 10)] })).toContain('side');
  });

  test('that hangs on another is of its account where it does not say', () => {
    const { accountNumber: _, ...child } = orderOf() as Row;
    const parent = { ...orderOf(), orderId: 1, childOrderStrategies: [child] };
    expect(ordersOf(parent).map((one) => one.accountNumber)).toEqual(['12345678', '12345678']);
    expect(() => ordersOf({ ...parent, childOrderStrategies: [null] })).toThrow('not readable');
  });
});

describe('executions', () => {
  test('F014 count by themselves: neither the quantity less what remains nor the total', () => {
    const order = orderOf({
      filledQuantity: 7,
      remainingQuantity: 0,
      orderActivityCollection: [
        fillRow(1, 6, [executed(4, 500)]),
        fillRow(2, 3, [executed(3, 501)]),
      ],
    });
    expect(executionsOf(order).fills.map(({ quantity }) => quantity)).toEqual([4, 3]);
  });

  test('of one second are told apart by what remained, where they have no id', () => {
    const rows = [3, 0].map((left) => {
      const { activityId: _, ...row } = fillRow(1, left, [executed(5, 500)]);
      return row;
    });
    const ids = executionsOf(orderOf({ orderActivityCollection: rows })).fills;
    expect(new Set(ids.map(({ executionId }) => executionId)).size).toBe(2);
  });

  test('F015 keep their ids wherever they stand in the list, and whatever comes later', () => {
    const rows = [5, 3, 0].map((left, i) => fillRow(i + 1, left, [executed(2, 500 + i)]));
    const idsOf = (some: Row[]) => {
      const { fills } = executionsOf(orderOf({ orderActivityCollection: some }));
      return new Map(fills.map(({ price, executionId }) => [price, executionId]));
    };
    const all = idsOf(rows);
    expect(new Set(all.values()).size).toBe(3);
    expect(idsOf(rows.toReversed())).toEqual(new Map([...all].toReversed()));
    for (const [price, id] of idsOf([rows[1] as Row])) expect(all.get(price)).toBe(id);
  });

  test('F020 a price of zero is booked as it is told', () => {
    const order = orderOf({ orderActivityCollection: [fillRow(1, 0, [executed(10, 0)])] });
    expect(executionsOf(order).fills[0]?.price).toBe(0);
  });
});

/** All reports of these readings, taken in by the order's own table. */
function fold(
  intent: Intent,
  readings: readonly SchwabOrder[],
): { order: Order; alarms: string[] } {
  const orders = newOrders();
  const order = addIntent(orders, intent);
  const alarms: string[] = [];
  for (const reading of readings) {
    for (const report of reportsOf(reading, intent.clientOrderId, AT)) {
      const applied = applyReport(orders, report);
      if (applied.known && applied.alarm !== null) alarms.push(applied.alarm);
    }
  }
  return { order, alarms };
}

/** How an order looks after each of its steps: three fills, then the end of its rest. */
function life(parts: readonly number[], isCanceled: boolean): SchwabOrder[] {
  const quantity = 10;
  const rows: Row[] = [];
  let filled = 0;
  const readings = [orderOf({ status: 'QUEUED' })];
  for (const [i, part] of parts.entries()) {
    filled += part;
    rows.push(fillRow(i + 1, quantity - filled, [executed(part, 500 - i)]));
    const status = filled === quantity ? 'FILLED' : 'WORKING';
    readings.push(orderOf({ status, filledQuantity: filled, orderActivityCollection: [...rows] }));
  }
  if (!isCanceled || filled === quantity) return readings;
  const odd = { ...fillRow(9, 0, [executed(quantity - filled, 0)]), executionType: 'CANCELED' };
  const end = { status: 'CANCELED', filledQuantity: filled };
  return [...readings, orderOf({ ...end, orderActivityCollection: [...rows, odd] })];
}

test('F015 F016 readings in any order, any number of times, end the same (invariant 8)', () => {
  const parts = fc
    .array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 })
    .filter((all) => all.reduce((sum, one) => sum + one, 0) <= 10);
  fc.assert(
    fc.property(parts, fc.boolean(), fc.infiniteStream(fc.nat()), (sizes, isCanceled, random) => {
      const readings = life(sizes, isCanceled);
      const shuffled = readings
        .flatMap((one) =>
          Array.from({ length: 1 + ((random.next().value as number) % 3) }, () => one),
        )
        .map((one) => [random.next().value as number, one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one);
      const last = readings.at(-1) as SchwabOrder;
      const inOrder = fold(intentOf(), readings);
      const mixed = fold(intentOf(), [...shuffled, last]);
      const books = ({ order }: typeof mixed) => ({
        status: order.status,
        filled: order.filled,
        notional: order.notional,
        ids: order.executions.map(({ executionId }) => executionId).sort(),
      });
      expect(books(mixed)).toEqual(books(inOrder));
      expect(mixed.alarms).toEqual([]);
    }),
  );
});
