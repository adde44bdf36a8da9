import { limit, stop, stopLimit } from './desk.ts';
import { type Case, must, NO_WIRE, NOT_RECORDED, same } from './kit.ts';

const ITS_LINKS = 'it links single orders: see case 24';
const NO_BUILDERS = 'its adapter builds no linked orders';

/** Stops, pieces, symbols, days, and orders of which one ends the other. */
export const RESTING_CASES: readonly Case[] = [
  {
    number: 12,
    name: 'a stop order buys once the market is at its stop, and not before',
    about: 'F007',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: stop(103),
      });
      await desk.reaches(order, 'working');
      world.price('SPY', 102.5);
      await world.pass(1_000);
      await desk.poll();
      same(order.filled, 0, 'filled below its stop');
      world.price('SPY', 103.5);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 13,
    name: 'a stop order ends a long position',
    about: 'invariant 21',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const protection = {
        symbol: 'SPY',
        side: 'sell',
        quantity: 10,
        pricing: stop(95),
        timeInForce: 'gtc',
        purpose: 'protect',
      } as const;
      const order = await desk.send(protection);
      await desk.reaches(order, 'working');
      world.price('SPY', 94);
      await desk.reaches(order, 'filled');
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
  {
    number: 14,
    name: 'a stop order goes short from zero, and one covers it',
    about: 'invariants 10, 14',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      const open = await desk.send({
        symbol: 'SPY',
        side: 'sell',
        quantity: 10,
        pricing: stop(98),
      });
      await desk.reaches(open, 'working');
      world.price('SPY', 97);
      await desk.reaches(open, 'filled');
      const cover = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: stop(99),
      });
      await desk.reaches(cover, 'working');
      world.price('SPY', 99.5);
      await desk.reaches(cover, 'filled');
    },
  },
  {
    number: 15,
    name: 'a stop limit order that is set off fills within its limit',
    about: 'F007',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: stopLimit(103, 104),
      });
      await desk.reaches(order, 'working');
      world.price('SPY', 103.5);
      await desk.reaches(order, 'filled');
      must(order.notional <= 1_040e6, `paid ${order.notional}, beyond the limit`);
    },
  },
  {
    number: 16,
    name: 'a stop limit order that the market jumped over rests',
    about: 'F007',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const order = await desk.send({
        symbol: 'SPY',
        side: 'sell',
        quantity: 10,
        pricing: stopLimit(95, 94),
      });
      await desk.reaches(order, 'working');
      world.price('SPY', 90);
      await world.pass(1_000);
      await desk.poll();
      same([order.status, order.filled], ['working', 0], 'the order beyond its limit');
      world.price('SPY', 94.5);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 17,
    name: 'an order that fills in two pieces is two executions and one order',
    about: 'F013, F014, F015, invariants 7, 8',
    skips: NOT_RECORDED,
    options: { pieces: 2, fillAfterMs: 100 },
    run: async (_, desk) => {
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 11 });
      same([order.filled, order.executions.length], [11, 2], 'shares and executions');
    },
  },
  {
    number: 18,
    name: 'two orders at once, in two symbols, keep their fills apart',
    about: 'F016, invariant 8',
    skips: NOT_RECORDED,
    options: { fillAfterMs: 100 },
    run: async (_, desk) => {
      const spy = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const qqq = await desk.send({ symbol: 'QQQ', side: 'buy', quantity: 20 });
      await desk.reaches(spy, 'filled');
      await desk.reaches(qqq, 'filled');
      same([spy.notional, qqq.notional], [1_000e6, 1_000e6], 'paid');
    },
  },
  {
    number: 19,
    name: 'two equal orders, one after the other, are two orders with a name each',
    about: 'F003, invariants 2, 4',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const terms = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
      const [one, two] = [await desk.send(terms), await desk.send(terms)];
      await desk.reaches(one, 'working');
      await desk.reaches(two, 'working');
      must(one.venueOrderId !== two.venueOrderId, 'both have the same name at the broker');
    },
  },
  {
    number: 20,
    name: 'a symbol with a share class is the same on the way out and back',
    about: 'F038',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'BRK.B', side: 'buy', quantity: 3 });
      same((await world.broker.account(world.at())).positions, { 'BRK.B': 3 }, 'positions');
    },
  },
  {
    number: 21,
    name: 'a price below a dollar goes out with all of its decimals',
    about: 'invariant 12',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'PENY',
        side: 'buy',
        quantity: 100,
        pricing: limit(0.4321),
      });
      await desk.reaches(order, 'working');
      world.price('PENY', 0.4322);
      await world.pass(1_000);
      await desk.poll();
      same(order.filled, 0, 'filled above its limit');
      world.price('PENY', 0.4321);
      await desk.reaches(order, 'filled');
      same(order.notional, 43.21e6, 'paid');
    },
  },
  {
    number: 22,
    name: 'an order good for the day ends with it',
    about: 'F013, invariant 23',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: limit(90),
      });
      await desk.reaches(order, 'working');
      await world.pass(6 * 3_600_000);
      desk.hear(await world.broker.closeDay(world.at()));
      await desk.reaches(order, 'expired');
    },
  },
  {
    number: 23,
    name: 'an order good till canceled rests over the end of the day',
    about: 'invariant 23',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: limit(90),
        timeInForce: 'gtc',
      });
      await desk.reaches(order, 'working');
      await world.pass(6 * 3_600_000);
      desk.hear(await world.broker.closeDay(world.at()));
      await desk.poll();
      same(order.status, 'working', 'the order at night');
      await world.pass(18 * 3_600_000);
      world.price('SPY', 89);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 24,
    name: 'of a linked pair the target fills and the stop ends',
    about: 'F010, invariant 21',
    skips: {
      ...NOT_RECORDED,
      alpaca: 'its traits say: no linked orders',
      schwab: 'its traits say: no linked orders',
    },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const shared = { symbol: 'SPY', side: 'sell', quantity: 10, purpose: 'protect' } as const;
      const target = await desk.send({
        ...shared,
        pricing: limit(110),
        link: { group: 'pair', role: 'target' },
      });
      const guard = await desk.send({
        ...shared,
        pricing: stop(95),
        link: { group: 'pair', role: 'stop' },
      });
      world.price('SPY', 111);
      await desk.reaches(target, 'filled');
      await desk.reaches(guard, 'canceled');
    },
  },
  {
    number: 25,
    name: 'an entry with exits fills once, and its exits rest at the broker',
    about: 'F010, invariant 21',
    skips: { ...NOT_RECORDED, simulator: ITS_LINKS, schwab: NO_BUILDERS },
    run: async (world, desk) => {
      const entry = desk.make({ symbol: 'SPY', side: 'buy', quantity: 10 });
      desk.sends++;
      await world.linked?.(entry.intent, { stop: 95, target: 110 });
      await desk.ask(entry);
      await desk.reaches(entry, 'filled');
      same(entry.filled, 10, 'filled');
    },
  },
  {
    number: 26,
    name: 'of exits that were sent as a pair one fills and the other is gone',
    about: 'F010, invariants 14, 21',
    skips: { ...NOT_RECORDED, simulator: ITS_LINKS, schwab: NO_BUILDERS },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const terms = { symbol: 'SPY', side: 'sell', quantity: 10, pricing: limit(110) } as const;
      const target = desk.make({ ...terms, timeInForce: 'gtc', purpose: 'protect' });
      desk.sends++;
      await world.linked?.(target.intent, { stop: 95, target: 110 });
      await desk.ask(target);
      await desk.reaches(target, 'working');
      world.price('SPY', 111);
      await desk.reaches(target, 'filled');
      world.price('SPY', 90);
      await world.pass(1_000);
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
];

/** Refusals: the broker says no, and nothing is there. */
export const REFUSAL_CASES: readonly Case[] = [
  {
    number: 30,
    name: 'an unknown symbol is refused',
    about: 'F005, F038',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.send({ symbol: 'ZZZQ', side: 'buy', quantity: 1 });
      await desk.reaches(order, 'rejected');
      must(order.reason !== null && order.reason !== '', 'no reason is told');
    },
  },
  {
    number: 31,
    name: 'an order beyond the buying power is refused',
    about: 'F005, invariant 13',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const terms = { symbol: 'SPY', side: 'buy', quantity: 100_000, pricing: limit(100) } as const;
      await desk.reaches(await desk.send(terms), 'rejected');
    },
  },
  {
    number: 32,
    name: 'more than is held is not sold where shorting is off',
    about: 'invariant 14',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 5 });
      await desk.reaches(await desk.send({ symbol: 'SPY', side: 'sell', quantity: 6 }), 'rejected');
    },
  },
  {
    number: 33,
    name: 'a price finer than its tick is refused, never rounded',
    about: 'invariants 12, 19',
    skips: {
      ...NOT_RECORDED,
      simulator: 'it takes any price: the review before the wire refuses it',
    },
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 1,
        pricing: limit(90.123),
      });
      await desk.reaches(order, 'rejected');
      same(
        (await world.venue.orders()).filter(({ status }) => status === 'open'),
        [],
        'open',
      );
    },
  },
  {
    number: 34,
    name: 'an order in a halted symbol does not fill',
    about: 'F007, F020',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      world.fault({ kind: 'halted', symbol: 'SPY' });
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 1 });
      await world.pass(5_000);
      await desk.poll();
      must(order.filled === 0, 'it filled while trading was halted');
      if (order.status === 'rejected') return;
      same(order.status, 'working', 'the order');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 35,
    name: 'an order that is rejected after it was accepted ends as rejected',
    about: 'F007',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      world.fault({ kind: 'rejectLater' });
      const terms = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
      const order = await desk.send(terms);
      must(order.venueOrderId !== null || order.status === 'unknown', 'it was not accepted first');
      await desk.reaches(order, 'rejected');
    },
  },
];
