import type { ExecutionId } from '../../../src/orders/index.ts';
import { limit, listening } from './desk.ts';
import { type Case, must, NO_WIRE, NOT_RECORDED, same } from './kit.ts';

const RESTING = { symbol: 'SPY', side: 'buy', quantity: 10, pricing: limit(90) } as const;
const HAND = { symbol: 'QQQ', side: 'buy', quantity: 3, limit: 40 } as const;
const MANY_PIECES = { pieces: 120, fillAfterMs: 1_000 } as const;
const WIRED = { ...NOT_RECORDED, ...NO_WIRE } as const;
const NO_OWNER = { ...NOT_RECORDED, simulator: 'nobody but us uses it' } as const;
const NO_BUSTS = { ...NOT_RECORDED, simulator: 'it takes no execution back' } as const;

/** Accounts, positions and lists, and what a bad one must not do. */
export const READING_CASES: readonly Case[] = [
  {
    number: 120,
    name: 'a new account is its cash and nothing else',
    about: 'invariant 11',
    skips: NOT_RECORDED,
    run: async (world) => {
      const { cash, positions } = await world.broker.account(world.at());
      same([cash, positions], [await world.venue.cash(), {}], 'the account');
    },
  },
  {
    number: 121,
    name: 'holdings are those of several trades, long and short',
    about: 'invariants 10, 11',
    skips: NOT_RECORDED,
    options: { shorting: true },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await desk.fills({ symbol: 'QQQ', side: 'sell', quantity: 20 });
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 4 });
      const { positions } = await world.broker.account(world.at());
      same([positions['SPY'], positions['QQQ']], [6, -20], 'positions');
    },
  },
  {
    number: 122,
    name: 'cash after trades is right to the cent, fees and all',
    about: 'F035, invariant 11',
    skips: NOT_RECORDED,
    options: { feePerShare: 10_000 as never },
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 100 });
      world.price('SPY', 100.37);
      await desk.fills({ symbol: 'SPY', side: 'sell', quantity: 100 });
      await world.pass(10 * 3_600_000);
      await desk.until(
        async () => desk.cash === (await world.venue.cash()),
        'cash by fills and activities is the venue’s',
      );
    },
  },
  {
    number: 123,
    name: 'a resting order is among the ids and the open orders of the account',
    about: 'F031, invariant 2',
    skips: { ...NOT_RECORDED, simulator: 'its account lists no orders: it knows none but ours' },
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      const id = order.venueOrderId as string;
      must((await world.broker.orderIds(world.at())).includes(id), 'its id is not listed');
      const { orders = [] } = await world.broker.account(world.at());
      const one = orders.find(({ venueOrderId }) => venueOrderId === id);
      same([one?.symbol, one?.side, one?.quantity, one?.filled], ['SPY', 'buy', 10, 0], 'it');
    },
  },
  {
    number: 124,
    name: 'orders that the owner placed are seen in the account and reported by nobody',
    about: 'F031, invariants 14, 31',
    skips: NO_OWNER,
    run: async (world, desk) => {
      const id = await world.byHand(HAND);
      desk.foreign.add(id);
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const { orders = [] } = await world.broker.account(world.at());
      must(
        orders.some(({ venueOrderId }) => venueOrderId === id),
        'the owner’s order is not seen in the account',
      );
    },
  },
  {
    number: 125,
    name: 'an order of the owner with the terms of ours is not taken for it',
    about: 'F001, F031, invariant 2',
    skips: { ...NO_OWNER },
    run: async (world, desk) => {
      const id = await world.byHand({ symbol: 'SPY', side: 'buy', quantity: 10, limit: 90 });
      desk.foreign.add(id);
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      must(order.venueOrderId !== id, 'it is bound to the order of the owner');
    },
  },
  {
    number: 135,
    name: 'an equal order of the owner, placed while ours is in doubt, is never guessed at',
    about: 'F001, F031, invariants 2, 5',
    skips: NO_OWNER,
    run: async (world, desk) => {
      const isTold = world.broker.traits.clientIds === 'unique';
      world.fault({ kind: 'reply', on: 'submit', effect: true, answer: { cut: 'status' } });
      const order = await desk.send(RESTING);
      const id = await world.byHand({ symbol: 'SPY', side: 'buy', quantity: 10, limit: 90 });
      desk.foreign.add(id);
      desk.expectsAlarm = !isTold;
      desk.leavesUnknown = !isTold;
      await desk.poll();
      await world.pass(world.broker.traits.settleMs);
      await desk.poll();
      if (isTold) return desk.reaches(order, 'working');
      same([order.status, order.venueOrderId], ['unknown', null], 'the order in doubt');
      must(desk.told(order, 'suspended').length > 0, 'nobody is asked');
    },
  },
  {
    number: 126,
    name: 'a foreign order in a reply is no report of ours',
    about: 'F031, invariant 31',
    skips: WIRED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      const answer = { edit: 'foreignOrder' } as const;
      world.fault({ kind: 'reply', on: 'list', effect: true, answer, times: 2 });
      world.fault({ kind: 'reply', on: 'find', effect: true, answer, times: 2 });
      // A reply that names another order may be told as odd, and is never taken for ours.
      desk.expectsAlarm = true;
      await desk.poll();
      await desk.ask(order);
      world.heal();
      await desk.poll();
      same(order.status, 'working', 'the order');
      const names = desk.told(order, 'accepted').map(({ venueOrderId }) => venueOrderId);
      same(new Set(names).size, 1, 'names at the venue that were told of it');
    },
  },
  {
    number: 127,
    name: 'a reading of another account is no reading of ours',
    about: 'F033, F057, invariant 25',
    skips: WIRED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const answer = { edit: 'foreignAccount' } as const;
      world.fault({ kind: 'reply', on: 'account', effect: true, answer, times: 5 });
      const seen = await world.broker.account(world.at()).catch(() => null);
      same(seen, null, 'the account that was read');
      world.heal();
    },
  },
  {
    number: 128,
    name: 'a list of orders that comes back empty loses no order',
    about: 'F033, invariants 2, 5',
    skips: WIRED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      const answer = { edit: 'emptyList' } as const;
      world.fault({ kind: 'reply', on: 'list', effect: true, answer, times: 2 });
      await desk.poll();
      await desk.poll();
      must(
        order.status === 'working' || order.status === 'unknown',
        `the order is ${order.status} after an empty list`,
      );
      world.heal();
      await desk.reaches(order, 'working');
    },
  },
  {
    number: 129,
    name: 'a gateway error to a list is an error, never an empty list',
    about: 'F033',
    skips: WIRED,
    run: async (world, desk) => {
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      const answer = { status: 500, body: 'page' } as const;
      world.fault({ kind: 'reply', on: 'positions', effect: false, answer });
      const seen = await world.broker.account(world.at()).catch(() => null);
      must(seen === null || seen.positions['SPY'] === 10, 'the position is read as flat');
      world.heal();
      world.fault({ kind: 'reply', on: 'list', effect: false, answer, times: 9 });
      const ids = await world.broker.orderIds(world.at()).catch(() => null);
      same(ids, null, 'the ids that were read');
      world.heal();
    },
  },
  {
    number: 130,
    name: 'positions that lag the fills are read as they are, and fills are never made of them',
    about: 'F015, F032, invariant 10',
    skips: WIRED,
    run: async (world, desk) => {
      await world.broker.account(world.at());
      const answer = { edit: 'lagging' } as const;
      world.fault({ kind: 'reply', on: 'positions', effect: true, answer, times: 2 });
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.broker.account(world.at()).catch(() => null);
      same([order.filled, order.executions.length], [10, 1], 'shares and executions');
      world.heal();
    },
  },
  {
    number: 131,
    name: 'a status that no table knows leaves the order live, and somebody must look',
    about: 'F007',
    skips: WIRED,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      desk.expectsAlarm = true;
      const answer = { edit: 'unknownStatus' } as const;
      world.fault({ kind: 'reply', on: 'list', effect: true, answer, times: 3 });
      world.fault({ kind: 'reply', on: 'find', effect: true, answer, times: 3 });
      await desk.ask(order);
      await desk.poll();
      must(desk.told(order, 'suspended').length > 0, 'the status is not told');
      must(order.status === 'working' || order.status === 'unknown', `it is ${order.status}`);
      world.heal();
      await desk.reaches(order, 'working');
    },
  },
  {
    number: 132,
    name: 'an execution that is taken back is taken back here, once',
    about: 'F019, invariants 8, 9',
    skips: { ...NO_BUSTS, schwab: 'its interface tells of no bust: the account differs, and asks' },
    run: async (world, desk) => {
      await listening(desk);
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      desk.expectsAlarm = true;
      await world.bust(desk.executions(order)[0] as ExecutionId);
      await desk.until(() => order.filled === 0, 'the bust is heard');
      await desk.poll();
      same(desk.positions.size, 0, 'positions');
    },
  },
  {
    number: 133,
    name: 'an execution whose price is corrected is booked at the new one',
    about: 'F019, invariants 9, 11',
    skips: { ...NO_BUSTS, schwab: 'its interface tells of no correction: cash differs, and asks' },
    run: async (world, desk) => {
      await listening(desk);
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      desk.expectsAlarm = true;
      await world.correct(desk.executions(order)[0] as ExecutionId, 99);
      await desk.until(() => order.notional === 990e6, 'the correction is heard');
      same(order.filled, 10, 'filled');
    },
  },
  {
    number: 137,
    name: 'an order of ours that the owner cancels there is canceled here',
    about: 'F031, invariants 21, 31',
    skips: NO_OWNER,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      await world.cancelByHand(order.venueOrderId as string);
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 138,
    name: 'an order of ours that the owner replaces there is over, and the other one is not ours',
    about: 'F009, F031, invariants 2, 31',
    skips: NO_OWNER,
    run: async (world, desk) => {
      const order = await desk.send(RESTING);
      await desk.reaches(order, 'working');
      desk.expectsAlarm = true;
      desk.foreign.add(await world.replaceByHand(order.venueOrderId as string, 80));
      await desk.reaches(order, 'canceled');
    },
  },
  {
    number: 136,
    name: 'a list of activities that cannot be read is an error, and costs nothing',
    about: 'F033, F034, F035',
    skips: WIRED,
    run: async (world, desk) => {
      const answer = { status: 500, body: 'page' } as const;
      world.fault({ kind: 'reply', on: 'activities', effect: false, answer, times: 3 });
      const seen = await world.broker.activities(world.at()).catch(() => null);
      same(seen, null, 'the activities that were read');
      await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
    },
  },
  {
    number: 139,
    name: 'an execution that is taken back while nobody listens is found by asking',
    about: 'F017, F019, invariants 8, 9, 10',
    skips: { ...NO_BUSTS, schwab: 'its interface tells of no bust: the account differs, and asks' },
    run: async (world, desk) => {
      const order = await desk.fills({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await desk.poll();
      desk.expectsAlarm = true;
      await world.bust(desk.executions(order)[0] as ExecutionId);
      await desk.until(() => order.filled === 0, 'the bust is found');
      same(desk.positions.size, 0, 'positions');
    },
  },
  {
    number: 152,
    name: 'more executions than a page holds are all told, each once',
    about: 'F015, F033, invariant 8',
    skips: NOT_RECORDED,
    options: MANY_PIECES,
    run: async (world, desk) => {
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 120 });
      for (let piece = 0; piece <= 120; piece++) {
        await world.pass(1_000);
        // The simulator fills when it is asked.
        if (piece % 30 === 29 || world.broker.traits.pollMs === Infinity) await desk.poll();
      }
      await desk.reaches(order, 'filled');
      same(order.executions.length, 120, 'executions');
    },
  },
  {
    number: 153,
    name: 'a second page of executions that is missing costs none of them',
    about: 'F033, invariant 8',
    skips: { ...WIRED, schwab: 'executions come with their order, in one page' },
    options: MANY_PIECES,
    run: async (world, desk) => {
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 120 });
      for (let piece = 0; piece <= 120; piece++) await world.pass(1_000);
      const page = { status: 500, body: 'page' } as const;
      world.fault({ kind: 'reply', on: 'activities', effect: false, answer: page, after: 1 });
      await desk.poll();
      const again = { edit: 'emptyList' } as const;
      world.fault({ kind: 'reply', on: 'activities', effect: true, answer: again, after: 1 });
      await desk.poll();
      await desk.reaches(order, 'filled');
      world.heal();
      await desk.until(() => order.executions.length === 120, 'every execution is told');
    },
  },
  {
    number: 134,
    name: 'a list of executions that comes back empty costs no fill and counts none twice',
    about: 'F014, F015, F033, invariant 8',
    skips: WIRED,
    options: { pieces: 2, fillAfterMs: 1_000 },
    run: async (world, desk) => {
      const answer = { edit: 'emptyList' } as const;
      world.fault({ kind: 'reply', on: 'activities', effect: true, answer, times: 4 });
      const order = await desk.send({ symbol: 'SPY', side: 'buy', quantity: 10 });
      await world.pass(1_100);
      await desk.poll();
      must(order.filled <= 5, `${order.filled} filled of a first piece of 5`);
      await world.pass(1_100);
      await desk.reaches(order, 'filled');
    },
  },
];
