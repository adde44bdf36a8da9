import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  accountCash,
  accountEquity,
  accountPositions,
  type BookSetup,
  bookEquity,
  type FillRecord,
  type Setup,
  step,
} from '../src/engine/index.ts';
import { auditLedger } from '../src/ledger/index.ts';
import { runBacktest } from '../src/research/index.ts';
import { defineStrategy, rebalance, z } from '../src/strategy/index.ts';
import { SlotPath } from './slot-path.ts';
import {
  bookOf,
  BUILTIN_NAMES,
  costs,
  deskOf,
  dollars,
  markets,
  PLAIN_BROKER,
  seriesOf,
  shortBook,
  WIDE,
} from './world.ts';

const COSTS = costs(500, 0.005);
const BROKER = { ...PLAIN_BROKER, costs: COSTS };
const SLOW = { ...BROKER, delayMs: [1_000, 9_000] as const, rejectionPpm: 150_000 };

const desk = (books: readonly BookSetup[], setup: Partial<Setup> = {}): Setup =>
  deskOf(books, { costs: COSTS, ...setup });

const allBooks = (): BookSetup[] =>
  BUILTIN_NAMES.map((name, i) => shortBook(name, { capital: dollars(50_000 + i * 10_000) }));

const half = (seed: number) => markets(seed, '2023-01-03', '2023-06-30');

const termsOf = ({ date, symbol, side, quantity, price, fee }: FillRecord) =>
  [date, symbol, side, quantity, price, fee].join(' ');

describe('books of one desk', () => {
  test('sum to the account, and the account to the broker’s books, after every input', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), (seed) => {
        const setup = desk(allBooks());
        const lived = new SlotPath(setup, seriesOf(setup, half(seed)), { ...SLOW, seed }).live();
        const { state, broker } = lived;
        for (const { ledger } of state.books) auditLedger(ledger);
        expect(accountPositions(state)).toEqual(broker.books.positions);
        expect(accountCash(state)).toBe(broker.books.cash);
        const sum = state.books.reduce((all, book) => all + bookEquity(state, book), 0);
        expect(accountEquity(state)).toBe(sum);
        expect(lived.of('equity').at(-1)?.point.equity).toBe(sum);
        expect(lived.of('alert').filter(({ code }) => code === 'accountMismatch')).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  test('trade as each would alone', () => {
    const setup = desk(allBooks());
    const together = new SlotPath(setup, seriesOf(setup, half(5)), BROKER).live();
    for (const [b, book] of setup.books.entries()) {
      const own = desk([book]);
      const alone = new SlotPath(own, seriesOf(own, half(5)), BROKER).live();
      const ofBook = together.of('fill').filter(({ record }) => record.book === book.name);
      expect(ofBook.map(({ record }) => termsOf(record))).toEqual(
        alone.of('fill').map(({ record }) => termsOf(record)),
      );
      expect(together.state.books[b]?.ledger).toEqual(alone.state.books[0]?.ledger);
    }
  });

  test('never spend each other’s cash', () => {
    const greedy = ['one', 'two', 'three'].map((name) => bookOf(allIn, {}, { name }));
    const setup = desk(greedy);
    const result = runBacktest(setup, seriesOf(setup, half(3)), { broker: BROKER, fill: 'close' });
    for (const { ledger } of result.state.books) {
      expect(ledger.cash).toBeGreaterThanOrEqual(0);
      expect(ledger.cash).toBeLessThan(1_000_000_000);
    }
  });

  test('share the account’s limits: what one holds, another cannot add to', () => {
    const limits = { ...WIDE, positionPctMax: 50 };
    const books = ['one', 'two', 'three'].map((name) => bookOf(allIn, {}, { name }));
    const setup = desk(books, { limits });
    const result = runBacktest(setup, seriesOf(setup, half(3)), { broker: BROKER, fill: 'close' });
    const worth = result.fills.slice(0, 3).map((fill) => (fill.quantity * fill.price) / 1e9);
    expect(worth[0]).toBeGreaterThan(99);
    expect(worth[0]! + (worth[1] ?? 0)).toBeLessThan(152);
    expect(result.equity[0]!.exposure['QQQ']! / 300e9).toBeLessThan(0.51);
  });

  test('have ids of their own for orders of one moment', () => {
    const setup = desk(['one', 'one-1', '1'].map((name) => bookOf(allIn, {}, { name })));
    const lived = new SlotPath(setup, seriesOf(setup, half(3)), BROKER).live();
    const ids = lived.of('submit').map(({ intent }) => intent.clientOrderId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

/** Everything in one fund, every day anew. */
const allIn = defineStrategy({
  name: 'all-in',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => ['QQQ'],
  subscriptions: () => [{ symbol: 'QQQ', timeframe: '1d', warmup: 1, trigger: true }],
  create: () => ({
    onBar: () => {},
    decide: () => rebalance({ QQQ: 1 }, 'always'),
    facts: () => ({}),
  }),
});

const WAYS = [
  'throws on a bar',
  'throws',
  'answers NaN',
  'answers nothing',
  'wants too much',
] as const;

/** Works like `allIn` for `days` bars, and then breaks. */
const breaking = (way: (typeof WAYS)[number], days: number) =>
  defineStrategy({
    ...allIn,
    name: 'breaking',
    create: (_, tools) => {
      const seen = tools.state({ bars: 0 });
      return {
        onBar: () => {
          if (++seen.bars > days && way === 'throws on a bar') throw new Error('broken');
        },
        decide: () => {
          if (seen.bars <= days) return rebalance({ QQQ: 1 }, 'always');
          if (way === 'throws') throw new Error('broken');
          if (way === 'answers nothing') return undefined as never;
          return rebalance({ QQQ: way === 'answers NaN' ? Number.NaN : 7 }, 'broken');
        },
        facts: () => ({}),
      };
    },
  });

describe.each(WAYS)('a book whose strategy %s', (way) => {
  test('stops alone: the others trade as they would without it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.boolean(), (days, first) => {
        const bad = bookOf(breaking(way, days), {}, { name: 'bad' });
        const good = shortBook('hierarchical-adaptive');
        const both = desk(first ? [bad, good] : [good, bad]);
        const own = desk([good]);
        const market = half(5);
        const together = new SlotPath(both, seriesOf(both, market), BROKER).live();
        const alone = new SlotPath(own, seriesOf(own, market), BROKER).live();
        const fills = together.of('fill').filter(({ record }) => record.book === good.name);
        expect(fills.map(({ record }) => termsOf(record))).toEqual(
          alone.of('fill').map(({ record }) => termsOf(record)),
        );
        const stopped = together.state.books.find(({ setup }) => setup.name === 'bad')?.stopped;
        expect(stopped).not.toBeNull();
        expect(together.state.halt).toBe('NONE');
        expect(together.of('alert').map(({ code }) => code)).toContain('bookStopped');
        expect(accountPositions(together.state)).toEqual(together.broker.books.positions);
      }),
      { numRuns: 4 },
    );
  });
});

test('a stopped desk stays as it is while time passes', () => {
  const setup = desk([bookOf(breaking('throws', 3), {})]);
  const lived = new SlotPath(setup, seriesOf(setup, half(5)), BROKER).live();
  const { at } = lived.state;
  const orders = lived.of('submit').length;
  step(setup, lived.state, { kind: 'time', at });
  expect(lived.of('submit')).toHaveLength(orders);
  expect(lived.of('submit').every(({ intent }) => intent.date <= '2023-01-06')).toBe(true);
});
