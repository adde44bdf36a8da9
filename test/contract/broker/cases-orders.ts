import { limit } from './desk.ts';
import { type Case, must, NOT_RECORDED, same } from './kit.ts';

const ONE_ORDER_CROSSES =
  'an order there either closes or opens: the engine sends one to zero, then one beyond';

/** Market and limit orders, by what is held before them. */
export const ORDER_CASES: readonly Case[] = [
  {
    number: 1,
    name: 'a market order buys from zero',
    about: 'invariants 8, 10, 11',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      same([order.filled, order.notional], [10, 1_000e6], 'filled and paid');
    },
  },
  {
    number: 2,
    name: 'a market order closes a long position',
    about: 'invariants 8, 10, 11',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      world.price('SPY', 101);
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
  {
    number: 3,
    name: 'a market order goes short from zero where that is allowed',
    about: 'invariants 10, 14',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      same(await world.venue.positions(), { SPY: -10 }, 'positions at the venue');
    },
  },
  {
    number: 4,
    name: 'a market order closes a short position',
    about: 'invariants 10, 11',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      world.price('SPY', 99);
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
  {
    number: 5,
    name: 'a long position flips to a short one',
    about: 'invariants 10, 14',
    skips: { ...NOT_RECORDED, alpaca: ONE_ORDER_CROSSES, schwab: ONE_ORDER_CROSSES },
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 25 });
      same(await world.venue.positions(), { SPY: -15 }, 'positions at the venue');
    },
  },
  {
    number: 6,
    name: 'a short position flips to a long one',
    about: 'invariants 10, 14',
    skips: { ...NOT_RECORDED, alpaca: ONE_ORDER_CROSSES, schwab: ONE_ORDER_CROSSES },
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 25 });
      same(await world.venue.positions(), { SPY: 15 }, 'positions at the venue');
    },
  },
  {
    number: 7,
    name: 'a flip in two orders, to zero and beyond, ends where it should',
    about: 'invariants 10, 14',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 15 });
      same(await world.venue.positions(), { SPY: -15 }, 'positions at the venue');
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 15 });
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 5 });
      same(await world.venue.positions(), { SPY: 5 }, 'positions at the venue');
    },
  },
  {
    number: 8,
    name: 'a limit order below the market rests, and fills when the market comes to it',
    about: 'F007, invariant 6',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: limit(95.5),
      });
      await desk.reaches(order, 'working');
      await desk.poll();
      same(order.filled, 0, 'filled above its limit');
      world.price('SPY', 95);
      await desk.reaches(order, 'filled');
      must(order.notional <= 955e6, `paid ${order.notional}, beyond the limit`);
    },
  },
  {
    number: 9,
    name: 'a limit order sells a long position at its limit or better',
    about: 'F007, invariant 10',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const order = await desk.send({
        symbol: 'SPY',
        side: 'sell',
        quantity: 10,
        pricing: limit(104.25),
      });
      await desk.reaches(order, 'working');
      world.price('SPY', 105);
      await desk.reaches(order, 'filled');
      must(order.notional >= 1_042.5e6, `received ${order.notional}, beyond the limit`);
    },
  },
  {
    number: 10,
    name: 'a limit order through the market fills at once, no worse than the market',
    about: 'invariant 19',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.fills({
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        pricing: limit(101),
      });
      must(order.notional <= 1_010e6, `paid ${order.notional}, beyond the limit`);
    },
  },
  {
    number: 11,
    name: 'a limit order goes short from zero and another one covers it',
    about: 'invariants 10, 14',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      const open = { symbol: 'SPY', side: 'sell', quantity: 10, pricing: limit(99) } as const;
      await desk.fills(open);
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(101) });
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
];
