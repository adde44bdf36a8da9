import { type Desk, limit, listening, type Terms } from './desk.ts';
import { type Case, must, NOT_RECORDED, same } from './kit.ts';
import { CALL_100, CALL_110, PUT_90 } from './market.ts';

/** Buys the first and sells the second, for a net price: above zero is paid. */
const vertical = (bought: string, sold: string, net: number, quantity = 1): Terms => ({
  symbol: 'SPY',
  side: 'buy',
  quantity,
  pricing: limit(net),
  legs: [
    { symbol: bought, side: 'buy', ratio: 1 },
    { symbol: sold, side: 'sell', ratio: 1 },
  ],
});

const held = (desk: Desk, symbol: string): number => desk.positions.get(symbol) ?? 0;

/** Options, alone and together. */
export const OPTION_CASES: readonly Case[] = [
  {
    number: 100,
    name: 'an option is bought, a hundred shares to the contract',
    about: 'invariants 10, 11',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const cash = desk.cash;
      await desk.fills({ symbol: CALL_100, side: 'buy', quantity: 2, pricing: limit(5.5) });
      same(await world.venue.positions(), { [CALL_100]: 2 }, 'positions at the venue');
      must(cash - desk.cash <= 1_100e6, `paid ${cash - desk.cash}, beyond the limit`);
      must(cash - desk.cash >= 900e6, `paid ${cash - desk.cash} for two contracts at 5`);
    },
  },
  {
    number: 101,
    name: 'an option that is held is sold, and is gone',
    about: 'invariants 10, 11, 15',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: CALL_100, side: 'buy', quantity: 2, pricing: limit(5.5) });
      await desk.fills({ symbol: CALL_100, side: 'sell', quantity: 2, pricing: limit(4.5) });
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
  {
    number: 102,
    name: 'a put rests at its limit, and fills when its market comes',
    about: 'F007',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({
        symbol: PUT_90,
        side: 'buy',
        quantity: 1,
        pricing: limit(2.5),
      });
      await desk.reaches(order, 'working');
      world.price(PUT_90, 2.4);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 103,
    name: 'a vertical for a debit is one order with both legs filled',
    about: 'F011, invariant 15',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.fills(vertical(CALL_100, CALL_110, 3.25));
      same([held(desk, CALL_100), held(desk, CALL_110)], [1, -1], 'contracts');
      must(order.notional <= 3.25e6, `a net price of ${order.notional}, beyond the limit`);
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 104,
    name: 'a vertical for a credit is one order with both legs filled',
    about: 'F011, invariant 15',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (_, desk) => {
      const cash = desk.cash;
      const order = await desk.fills(vertical(CALL_110, CALL_100, -2.75));
      same([held(desk, CALL_110), held(desk, CALL_100)], [1, -1], 'contracts');
      must(order.notional <= -2.75e6, `a net price of ${order.notional}, beyond the limit`);
      must(desk.cash - cash >= 275e6, `received ${desk.cash - cash}`);
    },
  },
  {
    number: 105,
    name: 'a vertical is closed by the opposite one',
    about: 'F011, invariants 10, 15',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills(vertical(CALL_100, CALL_110, 3.25, 2));
      await desk.fills({ ...vertical(CALL_110, CALL_100, -2.75, 2), purpose: 'exit' });
      same(await world.venue.positions(), {}, 'positions at the venue');
    },
  },
  {
    number: 106,
    name: 'a vertical that fills in two pieces counts whole units, leg by leg',
    about: 'F011, F014, invariants 7, 8, 15',
    skips: NOT_RECORDED,
    options: { pieces: 2, fillAfterMs: 60_000 },
    run: async (world, desk) => {
      const order = await desk.send(vertical(CALL_100, CALL_110, 3.25, 4));
      await world.pass(61_000);
      await desk.until(() => order.filled > 0, 'a first piece filled');
      same([held(desk, CALL_100), held(desk, CALL_110)], [2, -2], 'contracts of the first piece');
      await world.pass(61_000);
      await desk.reaches(order, 'filled');
      same([held(desk, CALL_100), held(desk, CALL_110)], [4, -4], 'contracts');
    },
  },
  {
    number: 99,
    name: 'a vertical told by a stream that repeats and swaps counts its units once',
    about: 'F011, F015, F016, invariants 8, 15',
    skips: { ...NOT_RECORDED, simulator: 'it has no stream' },
    options: { pieces: 2, fillAfterMs: 60_000 },
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'swap', times: 2 });
      world.fault({ kind: 'stream', what: 'repeat', times: 20 });
      const order = await desk.send(vertical(CALL_100, CALL_110, 3.25, 4));
      await world.pass(61_000);
      await desk.until(() => order.filled > 0, 'a first piece filled');
      await world.pass(61_000);
      await desk.reaches(order, 'filled');
      same([held(desk, CALL_100), held(desk, CALL_110)], [4, -4], 'contracts');
    },
  },
  {
    number: 107,
    name: 'a vertical that rests is canceled whole',
    about: 'F008, F011',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.send(vertical(CALL_100, CALL_110, 1.5));
      await desk.reaches(order, 'working');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
      same(desk.positions.size, 0, 'positions');
    },
  },
  {
    number: 108,
    name: 'a vertical whose reply is lost is found by its legs, once',
    about: 'F001, F011, invariants 2, 5',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send(vertical(CALL_100, CALL_110, 1.5));
      same(order.status, 'unknown', 'the order right after its send');
      await desk.reaches(order, 'working');
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 109,
    name: 'an option on nothing that exists is refused',
    about: 'F005, F038',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const symbol = 'ZZZQ  260619C00100000';
      const order = await desk.send({ symbol, side: 'buy', quantity: 1, pricing: limit(1) });
      await desk.reaches(order, 'rejected');
    },
  },
];
