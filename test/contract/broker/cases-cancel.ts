import { chainFilled, replacementOf } from '../../../src/orders/index.ts';
import { limit } from './desk.ts';
import {
  type Answer,
  type Case,
  held,
  must,
  NO_WIRE,
  NOT_RECORDED,
  same,
  type World,
} from './kit.ts';

const RESTING = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
/** How each broker says that it took a request to cancel. */
const taken = ({ broker }: World): Answer => ({
  status: broker.traits.clientIds === 'unique' ? 204 : 200,
  body: 'empty',
});
const PIECES = { pieces: 2, fillAfterMs: 60_000 } as const;

/** Cancels and replacements, and how they race with fills. */
export const CANCEL_CASES: readonly Case[] = [
  {
    number: 40,
    name: 'a resting order is canceled',
    about: 'F008',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 41,
    name: 'a filled order stays filled, whatever a cancel of it is answered',
    about: 'F008, invariant 6',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await desk.cancel(order);
      await desk.poll();
      same([order.status, order.filled], ['filled', 10], 'the order');
    },
  },
  {
    number: 42,
    name: 'a second cancel of a canceled order changes nothing',
    about: 'F008, invariant 6',
    skips: NOT_RECORDED,
    run: async (_, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
      await desk.cancel(order);
      await desk.poll();
      same(order.status, 'canceled', 'the order');
    },
  },
  {
    number: 43,
    name: 'what filled before a cancel stays filled',
    about: 'F008, F013, invariants 7, 8',
    skips: NOT_RECORDED,
    options: PIECES,
    run: async (world, desk) => {
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(61_000);
      await desk.until(() => order.filled > 0, 'a first piece filled');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
      same(order.filled, 5, 'filled');
    },
  },
  {
    number: 44,
    name: 'a replacement is made after the end of the order before it, for what is left',
    about: 'F009, invariants 2, 7',
    skips: NOT_RECORDED,
    options: PIECES,
    run: async (world, desk) => {
      const first = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(61_000);
      await desk.until(() => first.filled > 0, 'a first piece filled');
      await desk.cancel(first);
      await desk.reaches(first, 'canceled');
      const terms = replacementOf(desk.orders, first, { pricing: limit(101) });
      must(terms !== null, 'nothing is left to replace');
      const second = await desk.send(terms);
      await world.pass(61_000);
      await desk.until(() => second.filled > 0, 'a first piece of the second filled');
      await world.pass(61_000);
      await desk.reaches(second, 'filled');
      same(chainFilled(desk.orders, second), 10, 'filled by the chain');
    },
  },
  {
    number: 45,
    name: 'a cancel that is lost on the way leaves the order live, and goes through later',
    about: 'F008',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      world.fault({ kind: 'reply', on: 'cancel', effect: false, answer: { cut: 'status' } });
      await desk.cancel(order);
      await desk.poll();
      same(order.status, 'canceling', 'the order');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 46,
    name: 'a cancel that was done and whose reply is lost is found out',
    about: 'F008',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      world.fault({ kind: 'reply', on: 'cancel', effect: true, answer: { cut: 'status' } });
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 47,
    name: 'a cancel that loses the race leaves a filled order',
    about: 'F008, invariants 7, 8',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      // The reply says that the request was taken; the venue had filled it before.
      world.fault({ kind: 'reply', on: 'cancel', effect: false, answer: taken(world) });
      world.price('SPY', 89);
      await world.pass(1_000);
      await desk.cancel(order);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 48,
    name: 'a cancel that is taken is no end: the order may still fill',
    about: 'F008',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      world.fault({ kind: 'reply', on: 'cancel', effect: false, answer: taken(world) });
      await desk.cancel(order);
      await desk.poll();
      must(order.status !== 'canceled', 'it is canceled here and lives at the venue');
      world.price('SPY', 89);
      await desk.reaches(order, 'filled');
    },
  },
  {
    number: 49,
    name: 'a cancel that is refused leaves a live order',
    about: 'F008',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      const refused = { status: world.broker.traits.clientIds === 'unique' ? 422 : 400 } as const;
      const answer = { ...refused, body: 'broker' } as const;
      world.fault({ kind: 'reply', on: 'cancel', effect: false, answer });
      await desk.cancel(order);
      must(desk.told(order, 'cancelRefused').length > 0, 'the refusal is not told');
      same(order.status, 'working', 'the order');
      await desk.cancel(order);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 51,
    name: 'a cancel that overtakes the reply to the submit ends the order all the same',
    about: 'F008, F016, invariant 2',
    skips: NOT_RECORDED,
    run: async (world, desk) => {
      const { heldUntil, release } = held();
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { heldUntil } });
      const order = desk.make(RESTING);
      const sent = desk.transmit(order);
      await desk.quietlyUntil(() => world.requests('submit') === 1, 'the submit is under way');
      await desk.cancel(order);
      release();
      await sent;
      await desk.poll();
      if (order.status !== 'canceled') await desk.cancel(order);
      await desk.reaches(order, 'canceled');
      same(order.filled, 0, 'filled');
    },
  },
  {
    number: 50,
    name: 'a gateway error to a cancel is neither a cancel nor a refusal',
    about: 'F005, F008',
    skips: { ...NOT_RECORDED, ...NO_WIRE },
    run: async (world, desk) => {
      for (const status of [500, 502, 503, 504]) {
        const order = await desk.send(RESTING);
        await desk.reaches(order, 'working');
        const headers = { 'retry-after': '0' };
        const answer = { status, body: 'page', headers } as const;
        world.fault({ kind: 'reply', on: 'cancel', effect: status === 502, answer });
        await desk.cancel(order);
        same(order.status, 'canceling', `the order after ${status}`);
        if (status !== 502) await desk.cancel(order);
        await desk.reaches(order, 'canceled');
      }
    },
  },
];
