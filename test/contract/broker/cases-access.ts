import { CALL_100, CALL_110 } from './market.ts';
import { limit } from './desk.ts';
import { type Case, ELSEWHERE, must, NO_WIRE, NOT_RECORDED, same } from './kit.ts';

const RESTING = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
const WIRED = { ...NOT_RECORDED, ...NO_WIRE } as const;
const KEYS = 'its keys have no end: only a 401 tells';

/** Rates, tokens, clocks: what the counterpart allows, and when. */
export const ACCESS_CASES: readonly Case[] = [
  {
    number: 90,
    name: 'after "later" nothing but a cancel leaves until then',
    about: 'F006, invariant 17',
    skips: WIRED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      const later = { status: 429, body: 'broker', headers: { 'retry-after': '1' } } as const;
      world.fault({ kind: 'reply', on: 'account', effect: false, answer: later });
      await world.broker.account(world.at()).catch(() => {});
      const began = performance.now();
      const canceled = desk.cancel(order);
      await desk.quietlyUntil(() => world.requests('cancel') === 1, 'the cancel is there');
      must(performance.now() - began < 900, 'the cancel waited as all others do');
      await canceled;
      await desk.reaches(order, 'canceled');
      must(performance.now() - began > 500, 'a reading left before the broker allowed it');
    },
  },
  {
    number: 91,
    name: 'a 401 to a submit is no order there, and none is sent blindly again',
    about: 'F054, invariants 2, 3',
    skips: WIRED,
    run: async (world, desk) => {
      const answer = { status: 401, body: 'broker' } as const;
      world.fault({ kind: 'reply', on: 'submit', effect: false, answer });
      const order = await desk.send(RESTING);
      must(order.status !== 'working' || world.requests('submit') === 2, 'it is believed there');
      const count = (await world.venue.orders()).length;
      must(count <= 1, `${count} orders at the venue`);
      await world.pass(world.broker.traits.settleMs);
      await desk.reaches(order, count === 0 ? 'rejected' : 'working');
    },
  },
  {
    number: 92,
    name: 'a 401 to a reading is not an empty account',
    about: 'F033, F054',
    skips: WIRED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const answer = { status: 401, body: 'broker' } as const;
      world.fault({ kind: 'reply', on: 'positions', effect: false, answer, times: 3 });
      const seen = await world.broker.account(world.at()).catch(() => null);
      must(seen === null || seen.positions['SPY'] === 10, 'the position is read as flat');
    },
  },
  {
    number: 93,
    name: 'access that ends between two orders costs neither, and no order twice',
    about: 'F054, invariants 2, 3',
    skips: { ...WIRED, alpaca: KEYS },
    run: async (world, desk) => {
      const one = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      world.fault({ kind: 'tokenDies' });
      const two = await desk.send({ symbol: 'QQQ', side: 'buy', quantity: 10 });
      await world.pass(world.broker.traits.settleMs);
      await desk.until(
        () => two.status === 'filled' || two.status === 'rejected',
        'the second order is filled, or proven not sent',
      );
      same([one.status, one.filled], ['filled', 10], 'the first order');
      const after = await desk.fills({ symbol: 'QQQ', side: 'buy', quantity: 7 });
      same(after.filled, 7, 'an order after the new access');
    },
  },
  {
    number: 89,
    name: 'after the sign-in has died nothing is sent, and it is not asked for all the time',
    about: 'F055, invariants 3, 35',
    skips: { ...WIRED, alpaca: KEYS },
    run: async (world, desk) => {
      const resting = await desk.send(RESTING);
      await desk.reaches(resting, 'working');
      world.fault({ kind: 'signInDies' });
      for (let i = 0; i < 5; i++) {
        const order = await desk.send({ ...RESTING, quantity: 20 + i });
        same(order.status, 'rejected', 'an order without a sign-in');
      }
      await desk.poll();
      must(desk.lastThrow !== null, 'a reading without a sign-in is no error');
      same(resting.status, 'working', 'the order that rests there');
      must(world.requests('token') <= 2, `${world.requests('token')} tries to refresh`);
      same((await world.venue.orders()).length, 1, 'orders at the venue');
      await world.restart();
      await desk.poll();
      same(resting.status, 'working', 'the order that rests there, after a new sign-in');
    },
  },
  {
    number: 94,
    name: 'access that ends between buying one leg and writing the other breaks no cover',
    about: 'F011, F054, invariant 15',
    skips: { ...WIRED, alpaca: KEYS },
    run: async (world, desk) => {
      world.fault({ kind: 'tokenDies' });
      const spread = await desk.send({
        symbol: 'SPY',
        side: 'buy',
        quantity: 1,
        pricing: limit(3),
        legs: [
          { symbol: CALL_100, side: 'buy', ratio: 1 },
          { symbol: CALL_110, side: 'sell', ratio: 1 },
        ],
      });
      await world.pass(world.broker.traits.settleMs);
      await desk.until(
        () => spread.status === 'filled' || spread.status === 'rejected',
        'the spread is filled whole, or proven not sent',
      );
      const held = await world.venue.positions();
      same(held[CALL_100] ?? 0, -(held[CALL_110] ?? 0), 'long and short contracts');
    },
  },
  {
    number: 95,
    name: 'the counterpart’s clock is seen when it is off',
    about: 'invariant 24',
    skips: WIRED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      world.fault({ kind: 'clock', aheadMs: 90_000 });
      await world.broker.account(world.at());
      const seen = world.broker.clockSeen;
      must(seen !== undefined && seen !== null, 'no clock was seen');
      must(Math.abs(seen.offsetMs - 90_000) < 5_000, `90 s ahead is seen as ${seen.offsetMs} ms`);
    },
  },
  {
    number: 98,
    name: 'a "later" in answer to a submit is no refusal: the order is in doubt until it is proven',
    about: 'F005, F006, invariants 3, 5',
    skips: WIRED,
    run: async (world, desk) => {
      const later = { status: 429, body: 'broker', headers: { 'retry-after': '1' } } as const;
      world.fault({ kind: 'reply', on: 'submit', effect: false, answer: later });
      const order = await desk.send(RESTING);
      same(order.status, 'unknown', 'the order right after its send');
      await world.pass(world.broker.traits.settleMs);
      await desk.reaches(order, 'rejected');
      same(world.requests('submit'), 0, 'submits at the venue');
    },
  },
  {
    number: 96,
    name: 'a redirect of a reading is answered by an error, never by another host',
    about: 'F057, invariant 25',
    skips: WIRED,
    run: async (world) => {
      const headers = { location: ELSEWHERE };
      const answer = { status: 302, body: 'empty', headers } as const;
      world.fault({ kind: 'reply', on: 'account', effect: false, answer });
      const seen = await world.broker.account(world.at()).catch(() => null);
      same(seen, null, 'an account read through a redirect');
    },
  },
  {
    number: 97,
    name: 'a reading larger than any is cut off, and is no reading',
    about: 'F033, invariant 35',
    skips: WIRED,
    run: async (world) => {
      world.fault({ kind: 'reply', on: 'account', effect: false, answer: { huge: true } });
      const seen = await world.broker.account(world.at()).catch(() => null);
      same(seen, null, 'an account read from it');
    },
  },
];
