import { describe, expect, test } from 'vitest';
import { canonical, type Instant, type Money } from '../../base/index.ts';
import type { ClientOrderId, Intent, IntentId } from '../../orders/index.ts';
import { play, quietBroker, terms } from './broker.fixture.ts';
import {
  booksDiffer,
  type BookedFill,
  cumulativesDiffer,
  executionsDiffer,
  filledBeyond,
  type KnownOrder,
  nakedShorts,
  NO_EXCEPTIONS,
  type NamedIntent,
  ordersPerIntent,
  reusedIds,
  termsOf,
  unnamedOrders,
  worldFaults,
} from './truth.ts';
import type { OrderTerms } from './views.ts';

const intentOf = (told: OrderTerms, id = `i-${told.clientOrderId}`): Intent => ({
  ...told,
  id: id as IntentId,
  clientOrderId: told.clientOrderId as ClientOrderId,
  book: 'one',
  purpose: 'rebalance',
  expectedPrice: 1 as never,
  at: 0 as Instant,
  date: '2019-01-02' as never,
});
const named = (list: readonly Intent[], at = 0): Map<string, NamedIntent> =>
  new Map(
    list.map((intent, i) => [intent.clientOrderId, { intent, seq: i + 1, at: at as Instant }]),
  );

const { truth } = play(120).broker;
const own = truth.orders.filter(({ external }) => !external);
const intents = own.map((order) => intentOf(order.terms));
const booked: BookedFill[] = own.flatMap(({ executions, terms: { clientOrderId } }) =>
  executions
    .filter(({ busted }) => !busted)
    .map(({ executionId, symbol, quantity }) => ({
      executionId,
      order: clientOrderId,
      symbol,
      quantity,
    })),
);
const known: KnownOrder[] = own.map(({ terms: told, filled }) => ({
  clientOrderId: told.clientOrderId,
  symbol: told.symbol,
  side: told.side,
  quantity: told.quantity,
  filled,
  remaining: 0,
}));
const holdings = { cash: truth.cash, positions: Object.fromEntries(truth.positions) };
const numbers = (found: readonly { invariant: number }[]) =>
  found.map(({ invariant }) => invariant);

describe('an engine that knows all the truth', () => {
  test('violates nothing', () => {
    expect(ordersPerIntent(truth, named(intents))).toEqual([]);
    expect(reusedIds(intents)).toEqual([]);
    expect(unnamedOrders(truth, named(intents))).toEqual([]);
    expect(filledBeyond(truth, known)).toEqual([]);
    expect(executionsDiffer(truth, booked)).toEqual([]);
    expect(cumulativesDiffer(truth, known)).toEqual([]);
    expect(booksDiffer(truth, holdings)).toEqual([]);
    expect(worldFaults(truth)).toEqual([]);
    expect(booked.length).toBeGreaterThan(200);
  });

  test('may book a fill and take it back', () => {
    const first = booked[0] as BookedFill;
    const back = { ...first, executionId: 'gone', quantity: 7 };
    expect(executionsDiffer(truth, [...booked, back, { ...back, quantity: -7 }])).toEqual([]);
  });
});

const sell = (n: number, remaining: number, group?: string): KnownOrder => ({
  clientOrderId: `c-${n}`,
  symbol: 'AAA',
  side: 'sell',
  quantity: 10,
  filled: 0,
  remaining,
  group,
});

describe('a violation is found', () => {
  test('2: two orders of one intent, sent under two ids or one', () => {
    const { broker, at } = quietBroker({}, { clientIds: 'none' });
    broker.submit(terms(1), at());
    broker.submit(terms(1), at());
    broker.submit(terms(2), at());
    expect(numbers(ordersPerIntent(broker.truth, new Map()))).toEqual([2]);
    const same = [intentOf(terms(1), 'same'), intentOf(terms(2), 'same')];
    expect(numbers(ordersPerIntent(broker.truth, named(same)))).toEqual([2, 2]);
  });

  test('4: an id of two intents, and two ids of one', () => {
    const [one, two] = [intentOf(terms(1), 'a'), intentOf(terms(1), 'b')];
    expect(numbers(reusedIds([one, one]))).toEqual([]);
    expect(numbers(reusedIds([one, two]))).toEqual([4]);
    expect(numbers(reusedIds([one, intentOf(terms(2), 'a')]))).toEqual([4]);
  });

  test('1 and 31: an order without a record, with one too late, or with other terms', () => {
    expect(unnamedOrders(truth, named(intents.slice(1)))).toMatchObject([{ invariant: 31 }]);
    expect(numbers(unnamedOrders(truth, named(intents, 9e15)))).toEqual(own.map(() => 1));
    const other = intents.map((intent, i) => (i === 3 ? { ...intent, quantity: 1e6 } : intent));
    expect(unnamedOrders(truth, named(other))).toMatchObject([{ invariant: 31 }]);
    expect(unnamedOrders(truth, new Map(), truth.orders.length)).toEqual([]);
  });

  test('7: more filled than ordered', () => {
    const beyond = { ...(known[0] as KnownOrder), filled: 1e6 };
    expect(numbers(filledBeyond(truth, [beyond]))).toEqual([7]);
  });

  test.each<[string, readonly BookedFill[]]>([
    ['lost', booked.slice(1)],
    ['counted twice', [...booked, booked[0] as BookedFill]],
    ['invented', [...booked, { ...(booked[0] as BookedFill), executionId: 'x' }]],
  ])('8: a fill that was %s', (_, list) => {
    expect(numbers(executionsDiffer(truth, list))).toEqual([8]);
  });

  test('8: another cumulative quantity', () => {
    const list = known.map((one, i) => (i === 0 ? { ...one, filled: one.filled + 1 } : one));
    expect(numbers(cumulativesDiffer(truth, list))).toEqual([8]);
  });

  test('10 and 11: other positions or cash, unless they are named', () => {
    const other = { cash: (truth.cash + 2) as Money, positions: { ...holdings.positions, ZZZ: 1 } };
    expect(numbers(booksDiffer(truth, other))).toEqual([10, 11]);
    const tolerated = { symbols: new Set(['ZZZ']), cash: false, cashTolerance: 2 };
    expect(booksDiffer(truth, other, tolerated)).toEqual([]);
    expect(
      booksDiffer(truth, { ...holdings, cash: 0 as Money }, { ...NO_EXCEPTIONS, cash: true }),
    ).toEqual([]);
  });

  test('14: more on sale than is held, a linked pair counted once', () => {
    expect(nakedShorts({ AAA: 10 }, [sell(1, 10, 'g'), sell(2, 10, 'g')])).toEqual([]);
    expect(nakedShorts({ AAA: 10 }, [sell(1, 4), sell(2, 6)])).toEqual([]);
    expect(numbers(nakedShorts({ AAA: 10 }, [sell(1, 4), sell(2, 7)]))).toEqual([14]);
    expect(numbers(nakedShorts({}, [sell(1, 10, 'g'), sell(2, 1)]))).toEqual([14]);
    expect(nakedShorts({}, [sell(1, 1)], new Set(['AAA']))).toEqual([]);
  });

  test('in the world itself, where cash or shares come from nowhere', () => {
    expect(worldFaults({ ...truth, cash: (truth.cash + 1) as Money })).toHaveLength(1);
    const positions = new Map([...truth.positions, ['ZZZ', 3] as const]);
    expect(worldFaults({ ...truth, positions })).toHaveLength(1);
  });
});

test('the broker is told of an intent its terms and nothing else', () => {
  const told = terms(1, { link: { group: 'g', role: 'stop' } });
  expect(canonical(termsOf(intentOf(told)))).toBe(canonical(told));
});
