import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput } from '../base/index.ts';
import { intentOf, reportsOn } from './order.fixture.ts';
import { remaining } from './order.ts';
import { addIntent, applyReport, findOrder, newOrders, type Orders } from './orders.ts';
import { pending, pendingSells } from './pending.ts';
import type { Report } from './report.ts';
import { type ClientOrderId, type Intent, signOf } from './request.ts';

describe('all orders', () => {
  test('an id is taken once, by an order that lives or was done lately', () => {
    const orders = newOrders();
    const intent = intentOf();
    addIntent(orders, intent);
    expect(() => addIntent(orders, intent)).toThrow(BadInput);
    applyReport(orders, reportsOn(intent.clientOrderId).canceled());
    expect(() => addIntent(orders, intent)).toThrow('"c-1" is used twice');
  });

  test('a report on an order that is not ours is not known, and changes nothing', () => {
    const orders = newOrders();
    addIntent(orders, intentOf());
    const before = structuredClone(orders);
    const found = applyReport(orders, reportsOn('c-2' as ClientOrderId).fill('x', 1));
    expect(found).toEqual({ known: false });
    expect(orders).toEqual(before);
  });

  test('a late fill of an order that was done is known, counts and alarms', () => {
    const orders = newOrders();
    const on = reportsOn(addIntent(orders, intentOf()).intent.clientOrderId);
    applyReport(orders, on.canceled());
    const late = applyReport(orders, on.fill('x', 60));
    expect(late).toMatchObject({
      known: true,
      fresh: true,
      order: { status: 'canceled', filled: 60 },
    });
    expect([orders.live.size, orders.done.size, pending(orders, 'SPY')]).toEqual([0, 1, 0]);
  });

  test('at least the newest 512 orders done are known, and never more than twice as many', () => {
    const orders = newOrders();
    for (let count = 1; count <= 5_000; count++) {
      const { clientOrderId } = addIntent(orders, intentOf({}, count)).intent;
      applyReport(orders, reportsOn(clientOrderId).expired());
      expect(orders.done.size).toBeLessThan(1_024);
      const last = `c-${Math.max(1, count - 511)}` as ClientOrderId;
      expect(findOrder(orders, last)?.intent.clientOrderId).toBe(last);
    }
    expect([...orders.done.keys()].at(-1)).toBe('c-5000');
    expect(orders.live.size).toBe(0);
  });

  test('pending is told by symbol, by book, with its sign, and UNKNOWN counts in full', () => {
    const orders = newOrders();
    const add = (terms: Partial<Intent>, count: number) =>
      reportsOn(addIntent(orders, intentOf(terms, count)).intent.clientOrderId);
    applyReport(orders, add({ book: 'a', quantity: 70 }, 1).unknown());
    applyReport(orders, add({ book: 'a', side: 'sell', quantity: 50 }, 2).fill('x', 20));
    add({ book: 'b', side: 'sell', quantity: 5 }, 3);
    add({ book: 'b', symbol: 'QQQ', quantity: 9 }, 4);
    expect([pending(orders, 'SPY'), pending(orders, 'SPY', 'a')]).toEqual([35, 40]);
    expect([pending(orders, 'SPY', 'b'), pending(orders, 'QQQ')]).toEqual([-5, 9]);
    expect([pendingSells(orders, 'SPY'), pendingSells(orders, 'SPY', 'a')]).toEqual([35, 30]);
    expect([pendingSells(orders, 'QQQ'), pending(orders, 'TLT')]).toEqual([0, 0]);
  });
});

/** How the broker ends an order; `null` while it may still fill. */
type End = 'filled' | 'canceled' | 'rejected' | 'expired' | null;
interface Known {
  readonly intent: Intent;
  filled: number;
  end: End;
}
interface Model {
  readonly orders: Known[];
  /** Every report so far, for repeats. */
  readonly told: Report[];
}

const isOpen = (order: Known | undefined): order is Known => order?.end === null;

function expectAlike(model: Model, orders: Orders): void {
  const open = model.orders.filter(isOpen);
  expect(orders.live.size).toBe(open.length);
  expect(orders.done.size).toBe(model.orders.length - open.length);
  for (const symbol of ['SPY', 'QQQ']) {
    const ours = open.filter(({ intent }) => intent.symbol === symbol);
    const left = ours.map(({ intent, filled }) => signOf(intent.side) * (intent.quantity - filled));
    expect(pending(orders, symbol)).toBe(left.reduce((sum, one) => sum + one, 0));
    const sells = left.filter((one) => one < 0).reduce((sum, one) => sum - one, 0);
    expect(pendingSells(orders, symbol)).toBe(sells);
  }
  for (const { intent, filled, end } of model.orders) {
    const order = findOrder(orders, intent.clientOrderId);
    expect(order?.filled).toBe(filled);
    expect(order && remaining(order)).toBe(end === null ? intent.quantity - filled : 0);
    if (end !== null) expect(order?.status).toBe(end);
  }
}

function expectApplied(
  orders: Orders,
  report: Report,
  wanted: { fresh?: boolean; alarms: boolean },
): void {
  const found = applyReport(orders, report);
  expect(found.known && found.alarm !== null).toBe(wanted.alarms);
  expect(found.known && found.fresh).toBe(wanted.fresh ?? (found.known && found.fresh));
}

type Command = fc.Command<Model, Orders>;

class Place implements Command {
  readonly symbol: string;
  readonly side: Intent['side'];
  readonly quantity: number;
  constructor(symbol: string, side: Intent['side'], quantity: number) {
    this.symbol = symbol;
    this.side = side;
    this.quantity = quantity;
  }
  check = (model: Readonly<Model>) => model.orders.length < 30;
  run(model: Model, orders: Orders) {
    const { symbol, side, quantity } = this;
    const intent = intentOf({ symbol, side, quantity }, model.orders.length + 1);
    addIntent(orders, intent);
    model.orders.push({ intent, filled: 0, end: null });
    expectAlike(model, orders);
  }
  toString = () => `${this.side} ${this.quantity} ${this.symbol}`;
}

class Tell implements Command {
  readonly which: number;
  readonly kind: 'accepted' | 'cancelRequested' | 'unknown' | 'rejected' | 'canceled' | 'expired';
  constructor(which: number, kind: Tell['kind']) {
    this.which = which;
    this.kind = kind;
  }
  check = (model: Readonly<Model>) => {
    const order = model.orders[this.which];
    return isOpen(order) && (this.kind !== 'rejected' || order.filled === 0);
  };
  run(model: Model, orders: Orders) {
    const order = model.orders[this.which] as Known;
    const report = reportsOn(order.intent.clientOrderId)[this.kind]();
    if (report.kind === 'rejected' || report.kind === 'canceled' || report.kind === 'expired') {
      order.end = report.kind;
    }
    expectApplied(orders, report, { alarms: false });
    model.told.push(report);
    expectAlike(model, orders);
  }
  toString = () => `${this.kind} of ${this.which}`;
}

class FillSome implements Command {
  readonly which: number;
  readonly share: number;
  constructor(which: number, share: number) {
    this.which = which;
    this.share = share;
  }
  check = (model: Readonly<Model>) => this.which < model.orders.length;
  run(model: Model, orders: Orders) {
    const order = model.orders[this.which] as Known;
    const late = !isOpen(order);
    const left = order.intent.quantity - order.filled;
    const quantity = Math.max(1, Math.ceil(left * this.share));
    order.filled += quantity;
    if (!late && order.filled === order.intent.quantity) order.end = 'filled';
    const on = reportsOn(order.intent.clientOrderId);
    const report = on.fill(`x-${model.told.length}`, quantity);
    expectApplied(orders, report, { fresh: true, alarms: late });
    model.told.push(report);
    expectAlike(model, orders);
  }
  toString = () => `fill ${this.share} of ${this.which}`;
}

class Repeat implements Command {
  readonly which: number;
  readonly times: number;
  constructor(which: number, times: number) {
    this.which = which;
    this.times = times;
  }
  check = (model: Readonly<Model>) =>
    this.which < model.told.length && model.told[this.which]?.kind === 'fill';
  run(model: Model, orders: Orders) {
    const report = model.told[this.which] as Report;
    for (let i = 0; i < this.times; i++) {
      expectApplied(orders, report, { fresh: false, alarms: false });
    }
    expectAlike(model, orders);
  }
  toString = () => `repeat report ${this.which}`;
}

describe('orders against a model that knows only what is left', () => {
  test('after every command pending, live and filled are the same', () => {
    const which = fc.nat({ max: 9 });
    const commands = fc.commands(
      [
        fc
          .tuple(
            fc.constantFrom('SPY', 'QQQ'),
            fc.constantFrom('buy', 'sell'),
            fc.integer({ min: 1, max: 500 }),
          )
          .map(([symbol, side, quantity]) => new Place(symbol, side as Intent['side'], quantity)),
        fc
          .tuple(
            which,
            fc.constantFrom(
              'accepted',
              'cancelRequested',
              'unknown',
              'rejected',
              'canceled',
              'expired',
            ),
          )
          .map(([order, kind]) => new Tell(order, kind as Tell['kind'])),
        fc
          .tuple(which, fc.constantFrom(0.1, 0.5, 1))
          .map(([order, share]) => new FillSome(order, share)),
        fc
          .tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 5 }))
          .map(([report, times]) => new Repeat(report, times)),
      ],
      { maxCommands: 60, size: 'max' },
    );
    fc.assert(
      fc.property(commands, (drawn) => {
        const world = { model: { orders: [], told: [] } as Model, real: newOrders() };
        fc.modelRun(() => world, drawn);
        const { live, done } = world.real;
        expect(live.size + done.size).toBe(world.model.orders.length);
      }),
      { numRuns: 200 },
    );
  });
});
