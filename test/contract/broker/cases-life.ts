import { type DateText, type Instant, MINUTE_MS } from '../../../src/base/index.ts';
import type { MarketData } from '../../../src/adapters/market-data.ts';
import { sessionOn } from '../../../src/market/index.ts';
import { limit } from './desk.ts';
import { type Case, must, NO_WIRE, NOT_RECORDED, same, type World } from './kit.ts';

const RESTING = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
const NO_DATA = { simulator: 'it has no market data: the desk’s feed has' } as const;

/** Restarts: a new process on the same counterpart. */
export const RESTART_CASES: readonly Case[] = [
  {
    number: 140,
    name: 'after a restart an open order is known, and fills once',
    about: 'F015, invariants 2, 8, 28',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      await world.restart();
      await desk.poll();
      same(order.status, 'working', 'the order');
      world.price('SPY', 89);
      await desk.reaches(order, 'filled');
      same(order.executions.length, 1, 'executions');
    },
  },
  {
    number: 141,
    name: 'what filled while no process ran is found after the restart',
    about: 'F017, invariants 8, 28',
    skips: NOT_RECORDED,
    options: { pieces: 2, fillAfterMs: 60_000 },
    run: async (world, desk) => {
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(61_000);
      await desk.until(() => order.filled > 0, 'a first piece filled');
      await world.pass(61_000);
      await world.restart();
      await desk.reaches(order, 'filled');
      same([order.filled, order.executions.length], [10, 2], 'shares and executions');
    },
  },
  {
    number: 142,
    name: 'an order in doubt is found after a restart, and not sent again',
    about: 'F001, invariants 2, 5, 28',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send(RESTING);
      same(order.status, 'unknown', 'the order');
      await world.restart();
      await desk.reaches(order, 'working');
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 143,
    name: 'an order in doubt that filled meanwhile is found filled after a restart',
    about: 'F001, F016, invariants 5, 8',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(1_000);
      await world.restart();
      await desk.reaches(order, 'filled');
      same(order.executions.length, 1, 'executions');
    },
  },
  {
    number: 144,
    name: 'an order that never arrived is proven absent after a restart',
    about: 'F001, invariants 3, 5',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      world.fault({ kind: 'reply', on: 'submit', effect: false, answer: { cut: 'status' } });
      const order = await desk.send(RESTING);
      same(order.status, 'unknown', 'the order');
      await world.restart();
      await world.pass(world.broker.traits.settleMs);
      await desk.reaches(order, 'rejected');
    },
  },
  {
    number: 145,
    name: 'ids of one day are not ids of the next, at the broker either',
    about: 'F003, invariant 4',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(24 * 3_600_000);
      world.price('SPY', 101);
      await world.restart();
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 10 });
      const ids = (await world.venue.orders()).map(({ id }) => id);
      same(new Set(ids).size, 2, 'names at the venue');
      same(new Set(desk.intents.map((intent) => intent.clientOrderId)).size, 2, 'ids of ours');
    },
  },
  {
    number: 146,
    name: 'what was told as a total before a restart is not added to by its executions after it',
    about: 'F014, F015, invariants 8, 28',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    options: { pieces: 2, fillAfterMs: 60_000 },
    run: async (world, desk) => {
      const answer = { edit: 'emptyList' } as const;
      world.fault({ kind: 'reply', on: 'activities', effect: true, answer, times: 1_000 });
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(61_000);
      await desk.until(() => order.filled === 5, 'a first piece filled');
      await world.restart();
      await world.pass(61_000);
      await desk.reaches(order, 'filled');
      await world.restart();
      world.heal();
      await desk.poll();
      same(order.filled, 10, 'filled');
    },
  },
  {
    number: 147,
    name: 'an order that fills a piece a day over restarts is complete on its last day',
    about: 'F013, F015, invariants 8, 23, 28',
    skips: NOT_RECORDED,
    options: { pieces: 2, fillAfterMs: 24 * 3_600_000 },
    run: async (world, desk) => {
      const terms = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(101) } as const;
      const order = await desk.send({ ...terms, timeInForce: 'gtc' });
      await world.pass(24 * 3_600_000 + 1_000);
      await desk.until(() => order.filled === 5, 'the piece of the second day filled');
      await world.restart();
      await world.pass(24 * 3_600_000);
      await desk.reaches(order, 'filled');
      same(order.executions.length, 2, 'executions');
    },
  },
  {
    number: 148,
    name: 'an order that rests for two weeks is still known when it fills',
    about: 'F017, invariants 8, 23',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send({ ...RESTING, timeInForce: 'gtc' });
      await desk.reaches(order, 'working');
      for (let week = 0; week < 2; week++) {
        await world.pass(6 * 24 * 3_600_000);
        await world.restart();
        await desk.poll();
        same(order.status, 'working', 'the order');
      }
      world.price('SPY', 89);
      await desk.reaches(order, 'filled');
    },
  },
];

const dataOf = ({ data }: World): MarketData => {
  must(data !== null, 'the adapter has no market data');
  return data;
};

/** Schwab has no bars but those adjusted for splits. */
const adjustmentOf = ({ broker }: World) => (broker.traits.clientIds === 'none' ? 'splits' : 'raw');

const from = '2026-03-02' as DateText;
const to = '2026-03-11' as DateText;

/** Market data as the same adapters bring it. */
export const DATA_CASES: readonly Case[] = [
  {
    number: 150,
    name: 'daily history has completed bars only, each at the close of its session',
    about: 'F040, invariant 18',
    skips: { ...NOT_RECORDED, ...NO_DATA },
    run: async (world) => {
      const adjustment = adjustmentOf(world);
      const ask = { symbol: 'SPY', timeframe: '1d', from, to, adjustment } as const;
      const { rows } = await dataOf(world).history(ask);
      must(rows.length >= 6, `${rows.length} bars of seven sessions`);
      for (const { at, day } of rows) {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10) as DateText;
        same(at, sessionOn(date)?.close, `the bar of ${date}`);
        must(at <= world.at(), `the bar of ${date} is not complete`);
      }
    },
  },
  {
    number: 151,
    name: 'minutes are stamped with their ends, strictly rising, and complete',
    about: 'F040, invariant 18',
    skips: { ...NOT_RECORDED, ...NO_DATA },
    run: async (world) => {
      const adjustment = adjustmentOf(world);
      const ask = { symbol: 'SPY', timeframe: '1m', from: to, to, adjustment } as const;
      const { rows } = await dataOf(world).history(ask);
      must(rows.length > 0, 'no minute at all');
      let before = (sessionOn(to)?.open ?? 0) as Instant;
      for (const { at } of rows) {
        must(at % MINUTE_MS === 0 && at > before, `a minute ends at ${at}, after ${before}`);
        must(at <= world.at(), 'a minute that is not over');
        before = at;
      }
    },
  },
  {
    number: 157,
    name: 'quotes are those of now, at the market’s price',
    about: 'invariant 18',
    skips: { ...NOT_RECORDED, ...NO_DATA },
    run: async (world) => {
      world.price('SPY', 123.45);
      const quotes = await dataOf(world).quotes(['SPY', 'BRK.B']);
      const spy = quotes.find(({ symbol }) => symbol === 'SPY');
      same([spy?.bid, spy?.ask], [123.45e6, 123.45e6], 'bid and ask');
      must(Math.abs((spy?.at ?? 0) - world.at()) < 60_000, 'the quote is older than a minute');
      must(
        quotes.some(({ symbol }) => symbol === 'BRK.B'),
        'a share class has no quote',
      );
    },
  },
  {
    number: 158,
    name: 'an unknown symbol has no quote, and the others have theirs',
    about: 'F038, F040',
    skips: { ...NOT_RECORDED, ...NO_DATA },
    run: async (world) => {
      const quotes = await dataOf(world).quotes(['SPY', 'ZZZQ']);
      same(
        quotes.map(({ symbol }) => symbol),
        ['SPY'],
        'symbols',
      );
    },
  },
  {
    number: 154,
    name: 'history is the same after a new connection',
    about: 'F018',
    skips: { ...NOT_RECORDED, ...NO_DATA },
    run: async (world) => {
      const adjustment = adjustmentOf(world);
      const ask = { symbol: 'SPY', timeframe: '1d', from, to, adjustment } as const;
      const { rows } = await dataOf(world).history(ask);
      await world.restart();
      const again = await dataOf(world).history(ask);
      same(again.rows, rows, 'bars');
    },
  },
  {
    number: 156,
    name: 'a page of history that points to itself ends in an error, not in a loop',
    about: 'F033, F040, invariant 35',
    skips: { ...NOT_RECORDED, ...NO_DATA, schwab: 'its history is one page' },
    run: async (world) => {
      const answer = { edit: 'samePage' } as const;
      world.fault({ kind: 'reply', on: 'data', effect: true, answer, times: 10_000 });
      const ask = { symbol: 'SPY', timeframe: '1d', from, to, adjustment: 'raw' } as const;
      const found = await dataOf(world)
        .history(ask)
        .catch(() => null);
      same(found, null, 'the history');
      must(world.requests('data') < 1_000, `${world.requests('data')} requests for one history`);
    },
  },
  {
    number: 155,
    name: 'a gateway’s page to history is an error, never no bars',
    about: 'F040',
    skips: { ...NOT_RECORDED, ...NO_DATA, ...NO_WIRE },
    run: async (world) => {
      const answer = { status: 200, body: 'page' } as const;
      world.fault({ kind: 'reply', on: 'data', effect: false, answer, times: 5 });
      const adjustment = adjustmentOf(world);
      const ask = { symbol: 'SPY', timeframe: '1d', from, to, adjustment } as const;
      const found = await dataOf(world)
        .history(ask)
        .catch(() => null);
      same(found, null, 'the history');
    },
  },
];
