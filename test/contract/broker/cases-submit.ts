import { isDone, type Order } from '../../../src/orders/index.ts';
import { type Desk, limit } from './desk.ts';
import {
  type Answer,
  type Case,
  ELSEWHERE,
  held,
  must,
  NO_WIRE,
  NOT_RECORDED,
  same,
  type World,
} from './kit.ts';

const RESTING = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
/** Whether fills can be told to be ours before the submit is answered. */
const isBound = ({ broker }: World): boolean => broker.traits.clientIds === 'unique';
const NO_IDS = 'it knows no ids of ours';

/** Sends one order whose reply is spoiled; it must be unknown, as the broker may have it. */
async function sendInto(world: World, desk: Desk, effect: boolean, answer: Answer): Promise<Order> {
  world.fault({ kind: 'reply', on: 'submit', effect, answer });
  const order = await desk.send(RESTING);
  same(order.status, 'unknown', 'the order right after its send');
  return order;
}

/** The order is there: it is found and bound, and nothing else was sent. */
async function isFound(world: World, desk: Desk, order: Order): Promise<void> {
  await desk.reaches(order, 'working');
  same((await world.venue.orders()).length, 1, 'orders at the venue');
  same(world.requests('submit'), 1, 'submits at the venue');
}

/** The order is not there: proven once it could no longer arrive, never by time alone. */
async function isProvenAbsent(world: World, desk: Desk, order: Order): Promise<void> {
  await desk.poll();
  if (world.broker.traits.settleMs > 0) same(order.status, 'unknown', 'the order, too early');
  await world.pass(world.broker.traits.settleMs);
  await desk.ask(order);
  await desk.reaches(order, 'rejected');
  same(await world.venue.orders(), [], 'orders at the venue');
}

const page = (status: number): Answer => ({
  status,
  body: 'page',
  headers: { 'retry-after': '0' },
});

/** Every way in which the reply to a submit can be lost or be no reply, the order being there. */
const taken = (number: number, what: string, about: string, answer: Answer, wire = true): Case => ({
  number,
  name: `the broker took the order and ${what}: it is found, and never sent twice`,
  about,
  skips: wire ? { ...NOT_RECORDED, ...NO_WIRE } : NOT_RECORDED,
  run: async (world, desk) => {
    await isFound(world, desk, await sendInto(world, desk, true, answer));
  },
});

const notTaken = (number: number, what: string, answer: Answer, wire = true): Case => ({
  number,
  name: `the broker did not take the order and ${what}: that is proven before it counts`,
  about: 'F001, F005, invariants 3, 5',
  skips: wire ? { ...NOT_RECORDED, ...NO_WIRE } : NOT_RECORDED,
  run: async (world, desk) => {
    await isProvenAbsent(world, desk, await sendInto(world, desk, false, answer));
  },
});

/** A submit of which nobody can tell at first what became of it. */
export const SUBMIT_CASES: readonly Case[] = [
  taken(60, 'not a byte came back', 'F001, invariants 2, 3, 5', { cut: 'status' }, false),
  taken(61, 'only the head came back', 'F001, F004', { cut: 'head' }),
  taken(62, 'half of the body came back', 'F001, F004', { cut: 'half' }),
  taken(63, 'a page came with status 200', 'F004', page(200)),
  taken(64, 'the reply has no id', 'F004', { edit: 'noId' }),
  taken(65, 'a gateway said 502', 'F001, F005', page(502)),
  taken(66, 'a gateway said 504', 'F001, F005', page(504)),
  taken(67, 'a gateway said 500', 'F005', page(500)),
  taken(68, 'a page said 400: only the broker itself can refuse', 'F005', page(400)),
  taken(69, 'the reply is larger than any', 'F004, invariant 35', { huge: true }),
  taken(70, 'was redirected: it is not followed', 'F057, invariant 25', {
    status: 307,
    body: 'empty',
    headers: { location: ELSEWHERE },
  }),
  notTaken(71, 'not a byte came back', { cut: 'status' }, false),
  notTaken(72, 'a gateway said 503', page(503)),
  notTaken(73, 'a page said 408', page(408)),
  notTaken(74, 'a page said 429', page(429)),
  {
    number: 75,
    name: 'an order proven absent goes out again under its id, and is there once',
    about: 'F001, F002, invariants 2, 3',
    skips: { ...NOT_RECORDED, schwab: `${NO_IDS}: nothing is ever sent again` },
    run: async (world, desk) => {
      const order = await sendInto(world, desk, false, { cut: 'status' });
      await world.pass(world.broker.traits.settleMs);
      await desk.transmit(order);
      await desk.reaches(order, 'working');
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 76,
    name: 'a repeated id answers with the first order, and binds to it',
    about: 'F003, invariant 2',
    skips: { ...NOT_RECORDED, schwab: NO_IDS },
    run: async (world, desk) => {
      const order = await sendInto(world, desk, true, { cut: 'status' });
      await desk.transmit(order);
      await desk.reaches(order, 'working');
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 77,
    name: 'a repeated id of a filled order is no second fill',
    about: 'F003, F015, invariant 8',
    skips: { ...NOT_RECORDED, schwab: NO_IDS },
    run: async (world, desk) => {
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(1_000);
      await desk.transmit(order);
      await desk.reaches(order, 'filled');
      same(await world.venue.positions(), { SPY: 10 }, 'positions at the venue');
    },
  },
  {
    number: 78,
    name: 'a reply with other terms than those sent is not taken for the order',
    about: 'F003, F004',
    skips: { ...NOT_RECORDED, ...NO_WIRE, schwab: 'a submit is answered without terms' },
    run: async (world, desk) => {
      await isFound(world, desk, await sendInto(world, desk, true, { edit: 'otherTerms' }));
    },
  },
  {
    number: 79,
    name: 'an order that fills before its submit is answered counts its fill once',
    about: 'F016, invariant 8',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const { heldUntil, release } = held();
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { heldUntil } });
      const order = desk.make({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const sent = desk.transmit(order);
      await desk.quietlyUntil(() => world.requests('submit') === 1, 'the submit is under way');
      await world.pass(1_000);
      if (Number.isFinite(world.broker.traits.pollMs) && isBound(world)) {
        await desk.until(() => order.filled === 10, 'the fill is heard before the answer');
      }
      release();
      await sent;
      await desk.reaches(order, 'filled');
      same(order.executions.length, 1, 'executions');
    },
  },
  {
    number: 80,
    name: 'every gateway status to a submit leaves at most one order, and none in doubt',
    about: 'F005, invariants 2, 3',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      for (const [i, status] of [408, 409, 429, 500, 502, 503, 504, 520].entries()) {
        const effect = i % 2 === 0;
        world.fault({ kind: 'reply', on: 'submit', effect, answer: page(status) });
        const order = await desk.send({ ...RESTING, quantity: 10 + i });
        same(order.status, 'unknown', `the order after ${status}`);
        await world.pass(world.broker.traits.settleMs);
        await desk.reaches(order, effect ? 'working' : 'rejected');
      }
    },
  },
  {
    number: 82,
    name: 'wherever a reply is cut, the order is there once and is found',
    about: 'F001, F004, invariants 2, 5',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      for (let i = 0; i < 12; i++) {
        const cutAt = { cutAt: (i * i) / 144 };
        world.fault({ kind: 'reply', on: 'submit', effect: true, answer: cutAt });
        const order = await desk.send({ ...RESTING, quantity: 10 + i });
        same(order.status, 'unknown', `the order after a cut at ${cutAt.cutAt}`);
        await desk.reaches(order, 'working');
      }
      same((await world.venue.orders()).length, 12, 'orders at the venue');
    },
  },
  {
    number: 83,
    name: 'an order the broker says it does not know for a moment is not given up',
    about: 'F001, F033, invariants 5, 6',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      desk.expectsAlarm = true;
      const answer = { status: 404, body: 'broker' } as const;
      world.fault({ kind: 'reply', on: 'find', effect: false, answer, times: 2 });
      world.fault({ kind: 'reply', on: 'list', effect: true, answer: { edit: 'emptyList' } });
      await world.pass(world.broker.traits.settleMs);
      await desk.ask(order);
      await desk.poll();
      must(order.status === 'working' || order.status === 'unknown', `it is ${order.status}`);
      await desk.reaches(order, 'working');
    },
  },
  {
    number: 84,
    name: 'an order that arrives late is not given up before, and is there once',
    about: 'F001, F002, invariants 2, 5',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const { heldUntil: lateUntil, release } = held();
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { lateUntil } });
      const order = desk.make(RESTING);
      const sent = desk.transmit(order);
      await desk.quietlyUntil(() => world.unstruck().length === 0, 'the submit is under way');
      await desk.poll();
      must(!isDone(order), `it is ${order.status} while it is under way`);
      release();
      await sent;
      await desk.reaches(order, 'working');
      same((await world.venue.orders()).length, 1, 'orders at the venue');
    },
  },
  {
    number: 85,
    name: 'an order taken in with a status that no table knows is live',
    about: 'F004, F007',
    skips: { ...NOT_RECORDED, ...NO_WIRE, schwab: 'a submit is answered without a status' },
    run: async (world, desk) => {
      desk.expectsAlarm = true;
      const answer = { edit: 'unknownStatus' } as const;
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer });
      const order = await desk.send(RESTING);
      must(!isDone(order), `it is ${order.status}`);
      await desk.reaches(order, 'working');
    },
  },
  {
    number: 81,
    name: 'a refusal in the broker’s own words is one, and is asked about no more',
    about: 'F005',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      const answer = { status: 403, body: 'broker' } as const;
      world.fault({ kind: 'reply', on: 'submit', effect: false, answer });
      const order = await desk.send(RESTING);
      same(order.status, 'rejected', 'the order');
      must((order.reason ?? '').length <= 500, 'the reason is longer than 500 characters');
    },
  },
];
