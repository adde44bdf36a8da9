import type { Report } from '../../../src/orders/index.ts';
import { type Desk, limit, listening } from './desk.ts';
import { type Case, held, must, NOT_RECORDED, same, type World } from './kit.ts';

const SKIPS = { ...NOT_RECORDED, simulator: 'it has no stream: it tells when it will have news' };
const MARKET = { symbol: 'SPY', side: 'buy', quantity: 10 } as const;
const IN_PIECES = { pieces: 3, fillAfterMs: 1_000 } as const;

/** All of an order of three pieces, one pass of the clock each. */
async function threePieces(world: World, desk: Desk): Promise<Report['order']> {
  const order = await desk.send({ ...MARKET, quantity: 9 });
  for (let piece = 0; piece < 3; piece++) await world.pass(1_100);
  await desk.reaches(order, 'filled');
  return order.intent.clientOrderId;
}

/** What the stream does, and that asking decides. */
export const STREAM_CASES: readonly Case[] = [
  {
    number: 110,
    name: 'the stream brings what happens without a poll',
    about: 'F017',
    skips: SKIPS,
    options: { fillAfterMs: 1_000 },
    run: async (world, desk) => {
      await listening(desk);
      const order = await desk.send(MARKET);
      const before = desk.heard.length;
      await world.pass(1_100);
      await desk.quietlyUntil(() => desk.heard.length > before, 'the stream told something');
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 111,
    name: 'what both stream and poll tell counts once',
    about: 'F014, F015, invariant 8',
    skips: SKIPS,
    options: IN_PIECES,
    run: async (world, desk) => {
      await listening(desk);
      const id = await threePieces(world, desk);
      await desk.poll();
      await desk.poll();
      same(desk.orders.done.get(id)?.filled, 9, 'filled');
    },
  },
  {
    number: 112,
    name: 'a stream that is mute costs no fill: asking finds it',
    about: 'F017, F018',
    skips: SKIPS,
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'mute' });
      await desk.fills(MARKET);
    },
  },
  {
    number: 113,
    name: 'one frame that is lost costs no fill',
    about: 'F017, invariant 8',
    skips: SKIPS,
    options: IN_PIECES,
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'lose', times: 1 });
      await threePieces(world, desk);
    },
  },
  {
    number: 114,
    name: 'frames told again count once',
    about: 'F015, invariant 8',
    skips: SKIPS,
    options: IN_PIECES,
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'repeat', times: 20 });
      await threePieces(world, desk);
    },
  },
  {
    number: 115,
    name: 'frames out of order end in the same sum',
    about: 'F016, invariants 8, 9',
    skips: SKIPS,
    options: IN_PIECES,
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'swap', times: 20 });
      await threePieces(world, desk);
    },
  },
  {
    number: 116,
    name: 'a stream that is cut is told as down, and what it missed is found by asking',
    about: 'F017, F018',
    skips: SKIPS,
    run: async (world, desk) => {
      await listening(desk);
      const order = await desk.send({ ...MARKET, pricing: limit(95) });
      await desk.reaches(order, 'working');
      world.fault({ kind: 'stream', what: 'cut' });
      await desk.quietlyUntil(() => desk.streamDown > 0, 'the stream is told as down');
      world.price('SPY', 94);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 117,
    name: 'a stream that is cut comes up again by itself',
    about: 'F018, invariant 36',
    skips: SKIPS,
    run: async (world, desk) => {
      await listening(desk);
      world.fault({ kind: 'stream', what: 'cut' });
      await desk.quietlyUntil(() => desk.streamDown > 0, 'the stream is told as down');
      await desk.quietlyUntil(() => desk.streamUp > 1, 'the stream is up again');
    },
  },
  {
    number: 119,
    name: 'a fill that the stream tells before the submit is answered counts once',
    about: 'F016, invariant 8',
    skips: SKIPS,
    run: async (world, desk) => {
      await listening(desk);
      const { heldUntil, release } = held();
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { heldUntil } });
      const order = desk.make(MARKET);
      const sent = desk.transmit(order);
      await desk.quietlyUntil(() => world.requests('submit') === 1, 'the submit is under way');
      await world.pass(1_000);
      if (world.broker.traits.clientIds === 'unique') {
        await desk.quietlyUntil(() => order.filled === 10, 'the stream told of the fill');
      }
      release();
      await sent;
      await desk.reaches(order, 'filled');
      same(order.filled, 10, 'filled');
    },
  },
  {
    number: 118,
    name: 'an order of the owner on the stream is no report of ours',
    about: 'F031, invariant 31',
    skips: SKIPS,
    run: async (world, desk) => {
      await listening(desk);
      const hand = { symbol: 'QQQ', side: 'buy', quantity: 3, limit: 40 } as const;
      desk.foreign.add(await world.byHand(hand));
      await desk.fills(MARKET);
      must(desk.strangers.length === 0, 'the stream told of an order that is not ours');
    },
  },
];
