import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant } from '../../base/index.ts';
import { NotSent } from '../http.ts';
import { verifyTerms } from '../../orders/index.ts';
import { SchwabBroker } from './broker.ts';
import { AT, intentOf, sentOrder } from './intent.fixture.ts';
import { listedOf } from './order-listed.ts';
import { executionsOf, reportsOf } from './order-reports.ts';
import { isSameAccount, ordersOf } from './order-schema.ts';
import type { SchwabAsk, SchwabReply } from './port.ts';

const HASH = 'A'.repeat(64);
const ID = '1002613435352';
const NUMBERS: SchwabReply = {
  status: 200,
  headers: {},
  json: [{ accountNumber: '12345678', hashValue: HASH }],
  problem: null,
};

type Json = { [key: string]: unknown };

/** Our order in Schwab's words, half of it filled. */
const good = (): Json => ({
  orderId: Number(ID),
  accountNumber: 12345678,
  status: 'WORKING',
  session: 'NORMAL',
  duration: 'DAY',
  orderType: 'LIMIT',
  orderStrategyType: 'SINGLE',
  quantity: 10,
  filledQuantity: 5,
  price: 500,
  enteredTime: '2025-01-17T17:00:00+0000',
  orderLegCollection: [
    {
      legId: 1,
      instruction: 'BUY',
      quantity: 10,
      instrument: { assetType: 'EQUITY', symbol: 'SPY' },
    },
  ],
  orderActivityCollection: [
    {
      activityType: 'EXECUTION',
      executionType: 'FILL',
      activityId: 91176753938,
      executionLegs: [{ legId: 1, quantity: 5, price: 499.5, time: '2025-01-17T17:00:01+0000' }],
    },
  ],
});

const NASTY: readonly unknown[] = [
  null,
  '',
  'NaN',
  'Infinity',
  '1e309',
  -1,
  0,
  0.5,
  1e21,
  '<html>',
  true,
  [],
  {},
  'WORKING ',
  '12345678 ',
  87654321,
  '__proto__',
  [null],
  { length: 3 },
  '9'.repeat(40),
  9,
  'SPYX',
  'SELL',
];

/** Every place in a value: the way to it by keys. */
function placesIn(value: unknown, way: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  const below = Object.entries(value).flatMap(([key, one]) => placesIn(one, [...way, key]));
  return way.length === 0 ? below : [way, ...below];
}

function putAt(value: Json, way: readonly string[], put: unknown): Json {
  const copy = structuredClone(value);
  let at: Json = copy;
  for (const key of way.slice(0, -1)) at = at[key] as Json;
  const last = way.at(-1) as string;
  if (put === undefined) delete at[last];
  else at[last] = put;
  return copy;
}

const mutated = fc
  .array(fc.tuple(fc.constantFrom(...placesIn(good())), fc.constantFrom(undefined, ...NASTY)), {
    minLength: 1,
    maxLength: 3,
  })
  .map((changes) => {
    let order = good();
    for (const [way, put] of changes) {
      try {
        order = putAt(order, way, put);
      } catch {
        // An earlier change took the place away.
      }
    }
    return order;
  });

/** A broker whose connection answers as the test says, and counts what is sent. */
function brokerOn(answer: (ask: SchwabAsk) => SchwabReply | Error) {
  const sent: SchwabAsk[] = [];
  const send = (ask: SchwabAsk): Promise<SchwabReply> => {
    sent.push(ask);
    if (ask.path.endsWith('accountNumbers')) return Promise.resolve(NUMBERS);
    const reply = answer(ask);
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  };
  const broker = new SchwabBroker({
    http: { send, clock: null },
    number: '12345678',
    held: () => 0,
    now: () => AT,
    since: 0 as Instant,
    pause: () => Promise.resolve(),
  });
  const posts = () => sent.filter(({ method }) => method === 'POST').length;
  return { broker, posts };
}

const unreadable = (row: Json): boolean => {
  try {
    ordersOf(row);
    return false;
  } catch {
    return true;
  }
};

/** What is wrong with the fills and reports of an order that could be read. */
function flawsOf(row: Json): unknown[] {
  return ordersOf(row).flatMap((order) => {
    verifyTerms(intentOf(), listedOf(order));
    const isWhole = (fill: { quantity: number; price: number }) =>
      fill.quantity > 0 && Number.isSafeInteger(fill.quantity) && Number.isSafeInteger(fill.price);
    const flawed: unknown[] = executionsOf(order).fills.filter((fill) => !isWhole(fill));
    const isSilent = reportsOf(order, intentOf().clientOrderId, AT).length === 0;
    return isSilent ? [...flawed, order] : flawed;
  });
}

describe('a reply that was changed on its way (F004, F040)', () => {
  test('is either unreadable or is told with whole fills at a price', () => {
    fc.assert(
      fc.property(mutated, (row) => {
        expect(unreadable(row) ? [] : flawsOf(row)).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('to a send makes it accepted only as what was intended; one POST leaves', async () => {
    const statuses = fc.constantFrom(200, 201, 202, 400, 401, 403, 404, 409, 429, 500, 503);
    const ours = `https://x/trader/v1/accounts/${HASH}/orders/${ID}`;
    const locations = fc.constantFrom(
      ours,
      `https://x/trader/v1/accounts/${'B'.repeat(64)}/orders/${ID}`,
      `https://x/trader/v1/accounts/${HASH}/orders/${'9'.repeat(21)}`,
      '',
    );
    const problems = fc.constantFrom(
      null,
      { isBrokers: true, message: 'no' },
      { isBrokers: false, message: 'gateway' },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ status: statuses, location: locations, problem: problems }),
        fc.oneof(mutated, fc.constant(good())),
        async ({ status, location, problem }, row) => {
          const { broker, posts } = brokerOn(({ method }) =>
            method === 'POST'
              ? { status, headers: { location }, json: undefined, problem }
              : { status: 200, headers: {}, json: row, problem: null },
          );
          const reports = await broker.submit(intentOf(), AT).catch(() => null);
          const told = new Set(reports?.map(({ kind }) => kind));
          const isTaken = (status === 200 || status === 201) && location === ours;
          const isIntended = isTaken && !unreadable(row) && isOurs(row);
          const isTheirs = status >= 400 && problem?.isBrokers === true;
          expect({
            posts: posts(),
            accepted: told.has('accepted') && !isIntended,
            rejected: told.has('rejected') && row['status'] !== 'REJECTED',
            notSent: told.has('notSent'),
          }).toEqual({
            posts: 1,
            accepted: false,
            rejected: isTheirs && (status === 400 || status === 403),
            notSent: isTheirs && status === 401,
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('that never was: what did not leave is told so, what may have is unknown', async () => {
    const stopped = brokerOn(() => new NotSent('No request could leave in time'));
    const reports = await stopped.broker.submit(intentOf(), AT);
    expect(reports).toMatchObject([{ kind: 'notSent', reason: 'No request could leave in time' }]);
    const lost = brokerOn(() => new Error('other side closed'));
    await expect(lost.broker.submit(intentOf(), AT)).rejects.toThrow('other side closed');
    expect([stopped.posts(), lost.posts()]).toEqual([1, 1]);
  });

  test('to a search is no proof that an order is not there', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, async (row) => {
        const { broker, posts } = brokerOn(() => ({
          status: 200,
          headers: {},
          json: [row],
          problem: null,
        }));
        const reports = await broker.find(sentOrder(intentOf()), AT).catch(() => null);
        const isAbsent = reports?.some(({ kind }) => kind === 'notFound') === true;
        expect([posts(), isAbsent && !isOther(row)]).toEqual([0, false]);
      }),
      { numRuns: 2_000 },
    );
  });
});

const isOurs = (row: Json): boolean =>
  ordersOf(row).some((order) => verifyTerms(intentOf(), listedOf(order)) === null);

/** Whether what is listed says that it is of another account or instrument, or is older. */
function isOther(row: Json): boolean {
  const order = ordersOf(row)[0] as ReturnType<typeof ordersOf>[number];
  const { symbol, enteredAt } = listedOf(order);
  const isEarlier = enteredAt !== 0 && enteredAt < AT - 60_000;
  return !isSameAccount(order.accountNumber, '12345678') || symbol !== 'SPY' || isEarlier;
}
