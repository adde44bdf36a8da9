import { describe, expect, test } from 'vitest';
import { canonical, type Price } from '../base/index.ts';
import { type Decision, hold, warmingUp } from '../strategy/index.ts';
import {
  bookOf,
  date,
  Desk,
  deskSaying,
  dollars,
  puppet,
  saying,
  setupOf,
  want,
  WIDE,
  wish,
} from './desk.fixture.ts';

const order = (parts: object) => wish({ symbol: 'A', side: 'buy', quantity: 1, ...parts } as never);

const NONSENSE: readonly (readonly [string, Decision])[] = [
  ['a weight that is NaN', want({ A: Number.NaN })],
  ['an infinite weight', want({ A: Number.POSITIVE_INFINITY })],
  ['a weight below zero', want({ A: -0.1 })],
  ['weights of more than 1 together', want({ A: 0.6, B: 0.5 })],
  ['a weight that is text', want({ A: '0.5' as never })],
  ['a symbol it may not hold', want({ A: 0.5, C: 0.1 })],
  ['no targets', want(undefined as never)],
  ['an order of half a share', order({ quantity: 0.5 })],
  ['an order of no share', order({ quantity: 0 })],
  ['an order of fewer than none', order({ quantity: -5 })],
  ['an order of NaN shares', order({ quantity: Number.NaN })],
  ['an order of more shares than there is money for', order({ quantity: 9_000_000_000_000_000 })],
  ['an order of a symbol it may not hold', order({ symbol: 'C' })],
  ['an order without a side', order({ side: 'hold' })],
  ['a limit price that is NaN', order({ limitPrice: Number.NaN as Price })],
  ['a limit price of zero', order({ limitPrice: 0 as Price })],
  ['a limit price finer than a micro-dollar', order({ limitPrice: 100.5 as Price })],
  ['orders that are no list', { action: 'orders', orders: 7, why: 'x' } as never],
  ['an action nobody knows', { action: 'panic', why: 'x' } as never],
  ['nothing', undefined as never],
  ['null', null as never],
  ['no reason', { action: 'rebalance', targets: { A: 1 } } as never],
  ['held weights that are NaN', hold('x', { A: Number.NaN })],
];

describe('a book stops, and says why, when its strategy answers', () => {
  test.each(NONSENSE)('%s', (_, answer) => {
    const books = [bookOf('bad', saying(answer)), bookOf('good', saying(want({ A: 0.5 })))];
    const desk = new Desk(setupOf(books));
    const effects = desk.bars('2024-01-03');
    expect(desk.state.books[0]?.stopped).toMatch(/strategy/);
    expect(desk.alerts).toEqual(['bookStopped']);
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(desk.intents[0]?.book).toBe('good');
    expect(() => canonical(effects)).not.toThrow();
  });

  test.each([
    ['on a bar', { onBar: () => fail() }],
    ['when it decides', { decide: () => fail() }],
  ])('with an exception %s', (_, parts) => {
    const desk = new Desk(setupOf([bookOf('bad', parts), bookOf('good', saying(want({ A: 1 })))]));
    desk.bars('2024-01-03');
    expect(desk.state.books[0]?.stopped).toContain('no such thing');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test.each([
    ['on a provisional bar', { onBar: () => fail() }, null],
    ['when it decides at its slot', { decide: () => fail() }, null],
    ['on its history', { onBar: () => fail() }, 5],
    ['when a fresh one decides', { decide: () => fail() }, 5],
  ])('with an exception %s', (_, parts, restart) => {
    const good = bookOf('good', saying(want({ A: 1 })));
    const desk = new Desk(setupOf([bookOf('bad', parts, { restart }), good]));
    desk.decideOn('2024-01-03');
    desk.decideOn('2024-01-03', undefined, 1);
    expect(desk.state.books[0]?.stopped).toContain('no such thing');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });
});

function fail(): never {
  throw new Error('no such thing');
}

describe('a stopped book', () => {
  test('decides nothing more until a person resumes it', () => {
    const desk = deskSaying([want({ A: 2 }), want({ A: 1 }), want({ A: 1 })]);
    desk.bars('2024-01-03');
    desk.bars('2024-01-04');
    expect(desk.of('decision')).toEqual([]);
    const { at } = desk.state;
    const by = 'owner';
    desk.take({ kind: 'command', command: 'resumeBook', at, by, book: 0, reason: 'mended' });
    desk.bars('2024-01-05');
    expect(desk.orders).toEqual(['buy 1000 A']);
  });

  test('has its plan under way refused by the last gate', () => {
    const desk = deskSaying([want({ B: 1 }), want({ A: 1 })]);
    desk.bars('2024-01-03');
    desk.fillAll();
    desk.bars('2024-01-04');
    desk.state.books[0]!.stopped = 'a person said so';
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 2000 B', 'sell 2000 B']);
    expect(desk.of('refused')[0]?.refusal.code).toBe('bookStopped');
  });
});

const factsOf = (facts: () => unknown) => {
  const parts = { ...saying(hold('x')), facts: facts as never };
  const desk = new Desk(setupOf([bookOf('one', parts)]));
  const effects = desk.bars('2024-01-03');
  expect(() => canonical(effects)).not.toThrow();
  expect(desk.state.books[0]?.stopped).toBeNull();
  return desk.of('decision')[0]?.record.facts;
};

describe('facts', () => {
  test.each([
    ['an exception', () => fail()],
    ['nothing', () => undefined],
    ['null', () => null],
  ])('that are %s stop nothing', (_, facts) => {
    expect(factsOf(facts)).toEqual({
      facts: 'not available: the strategy failed to give them',
    });
  });

  test('that cannot be kept are null', () => {
    const odd = {
      nan: Number.NaN,
      inf: -Infinity,
      list: [1],
      at: new Date(0),
      f: fail,
      u: undefined,
    };
    expect(factsOf(() => ({ ...odd, n: 1.5, t: 'x', b: false, z: null }))).toEqual({
      nan: null,
      inf: null,
      list: null,
      at: null,
      f: null,
      u: null,
      n: 1.5,
      t: 'x',
      b: false,
      z: null,
    });
  });
});

const actions = (record: 'all' | 'trades' | 'none') => {
  const answers = [warmingUp('w'), hold('h'), want({ A: 1 })];
  const desk = deskSaying(answers, { record });
  for (const on of ['2024-01-03', '2024-01-04', '2024-01-05']) desk.bars(on);
  expect(desk.orders).toEqual(['buy 1000 A']);
  return desk.of('decision').map((effect) => effect.record.action);
};

describe('records', () => {
  test('tell of every decision, or of those that trade, or of none', () => {
    expect(actions('all')).toEqual(['warmup', 'hold', 'rebalance']);
    expect(actions('trades')).toEqual(['rebalance']);
    expect(actions('none')).toEqual([]);
  });

  test('tell date, book, strategy, targets, reason and figures', () => {
    const desk = deskSaying([want({ A: 0.5 })]);
    desk.bars('2024-01-03');
    expect(desk.of('decision')[0]?.record).toEqual({
      date: '2024-01-03',
      at: desk.state.at,
      book: 'one',
      strategy: 'puppet',
      action: 'rebalance',
      targets: { A: 0.5 },
      why: 'wanted',
      facts: { bars: 2 },
    });
  });
});

const limited = (limits: Partial<typeof WIDE>, answers: readonly Decision[]) =>
  deskSaying(answers, { limits: { ...WIDE, ...limits } });

const dropTo = (price: number, limits: Partial<typeof WIDE>) => {
  const desk = limited(limits, [want({ A: 0.5 }), want({ A: 0.8 }), want({ A: 0 })]);
  desk.bars('2024-01-03');
  desk.fillAll();
  desk.close('2024-01-03');
  desk.bars('2024-01-04', { A: price, B: 50 });
  return desk;
};

describe('loss limits (F066, invariant 20)', () => {
  test.each([
    ['short of the limit', 94.01, 'NONE'],
    ['that reaches it', 94, 'NO_NEW_RISK'],
  ])('a fall in a day %s', (_, price, halt) => {
    const desk = dropTo(price, { dailyLossPctMax: 3 });
    expect(desk.state.halt).toBe(halt);
    expect(desk.alerts.includes('lossLimit')).toBe(halt !== 'NONE');
    expect(desk.orders.length).toBe(halt === 'NONE' ? 2 : 1);
  });

  test('a breach stays over the close and the next days; exits go on', () => {
    const desk = dropTo(93, { dailyLossPctMax: 3 });
    desk.close('2024-01-04');
    expect(desk.state.haltReason).toMatch(/^Daily loss of 3500.00 .*3 % of 100000.00$/);
    desk.bars('2024-01-05', { A: 200, B: 50 });
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    expect(desk.orders.at(-1)).toBe('sell 500 A');
  });

  test('a breach leaves a halt that is there as it is, higher ones too', () => {
    const desk = limited({ dailyLossPctMax: 3 }, [want({ A: 0.5 })]);
    desk.bars('2024-01-03');
    desk.fillAll().close('2024-01-03');
    const { at } = desk.state;
    desk.take({ kind: 'command', command: 'halt', level: 'STOP', at, by: 'ann', reason: 'storm' });
    desk.bars('2024-01-04', { A: 50, B: 50 });
    desk.close('2024-01-04');
    expect([desk.state.halt, desk.state.haltReason]).toEqual(['STOP', 'ann: storm']);
  });

  test('a fall from the highest close trips, whatever the days between', () => {
    const desk = limited({ drawdownPctMax: 5 }, [want({ A: 0.5 })]);
    desk.bars('2024-01-03');
    desk.fillAll();
    const prices = [120, 117, 114, 111, 108, 107];
    const days = [
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
      '2024-01-08',
      '2024-01-09',
      '2024-01-10',
    ];
    const halts = days.map((on, i) => {
      if (i > 0) desk.bars(on, { A: prices[i]!, B: 50 });
      else desk.state.marks[0] = 120_000_000;
      desk.close(on);
      return desk.state.halt;
    });
    expect(halts).toEqual(['NONE', 'NONE', 'NONE', 'NONE', 'NO_NEW_RISK', 'NO_NEW_RISK']);
  });

  test('of one book stop its new risk: it leaves what it holds, and the desk goes on', () => {
    const limits = { ...WIDE, dailyLossPctMax: 3 };
    const own = saying(want({ A: 1 }), want({ A: 0, B: 0.5 }));
    const desk = new Desk(
      setupOf([
        bookOf('one', own, { limits }),
        bookOf('two', saying(want({ B: 1 }), want({ B: 0.5 }))),
      ]),
    );
    desk.bars('2024-01-03');
    desk.fillAll().close('2024-01-03');
    desk.bars('2024-01-04', { A: 96, B: 60 });
    desk.fillAll();
    expect(desk.state.books.map(({ stopped }) => stopped?.slice(0, 10) ?? null)).toEqual([
      'Daily loss',
      null,
    ]);
    expect(desk.state.halt).toBe('NONE');
    expect(desk.orders.slice(2)).toEqual(['sell 1000 A', 'sell 1000 B']);
    expect(desk.of('refused')[0]?.refusal.code).toBe('bookStopped');
  });

  test('of one book are measured from that book’s own close, deposits counted', () => {
    const limits = { ...WIDE, dailyLossPctMax: 50, drawdownPctMax: 10 };
    const desk = new Desk(setupOf([bookOf('one', saying(want({ A: 1 })), { limits })]));
    desk.bars('2024-01-03');
    desk.fillAll().close('2024-01-03');
    desk.bars('2024-01-04', { A: 120, B: 50 });
    desk.close('2024-01-04');
    const { at } = desk.state;
    const amount = dollars(30_000);
    desk.take({ kind: 'activity', at, id: 't', type: 'transfer', book: 0, amount });
    const marks = { lastClose: dollars(150_000), highest: dollars(150_000) };
    expect(desk.state.books[0]?.lossMarks).toEqual(marks);
    desk.bars('2024-01-05', { A: 106, B: 50 });
    desk.close('2024-01-05');
    expect(desk.state.books[0]?.stopped).toBeNull();
    desk.bars('2024-01-08', { A: 105, B: 50 });
    desk.close('2024-01-08');
    expect(desk.state.books[0]?.stopped).toMatch(/^Drawdown of 15000.00/);
  });

  test.each([
    ['a deposit is no profit that a loss could hide behind', 50_000, 90],
    ['a withdrawal is no loss', -40_000, 98],
  ])('%s', (_, amount, price) => {
    const desk = limited({ dailyLossPctMax: 3, drawdownPctMax: 3 }, [want({ A: 0.5 })]);
    desk.bars('2024-01-03');
    desk.fillAll();
    desk.close('2024-01-03');
    const { at } = desk.state;
    desk.take({
      kind: 'activity',
      at,
      id: 't',
      type: 'transfer',
      book: 0,
      amount: dollars(amount),
    });
    desk.bars('2024-01-04', { A: price, B: 50 });
    desk.close('2024-01-04');
    const loss = (100 - price) * 500;
    const breach = loss > (100_000 + amount) * 0.03;
    expect(desk.state.halt).toBe(breach ? 'NO_NEW_RISK' : 'NONE');
  });
});

describe('a decision', () => {
  test('is not begun while an earlier plan is worked, and says so', () => {
    const desk = deskSaying([want({ A: 1 }), want({ B: 1 })]);
    desk.bars('2024-01-03');
    desk.bars('2024-01-04');
    expect(desk.alerts).toEqual(['planOverlap']);
    expect(desk.orders).toEqual(['buy 1000 A']);
    expect(desk.state.books[0]?.lastTargets).toEqual({ A: 1, B: 0 });
  });

  test('of a fresh strategy each day keeps what it remembers of decisions', () => {
    let made = 0;
    const strategy = {
      ...puppet(),
      create: (_: unknown, tools: Parameters<ReturnType<typeof puppet>['create']>[1]) => {
        made++;
        const memory = tools.memory({ asked: 0 });
        return {
          onBar: () => {},
          decide: () => hold(`asked ${++memory.asked}`),
          facts: () => ({}),
        };
      },
    };
    const desk = new Desk(setupOf([{ ...bookOf('one', {}, { restart: 3 }), strategy }]));
    for (const on of ['2024-01-03', '2024-01-04', '2024-01-05']) desk.bars(on);
    expect(desk.of('decision').map(({ record }) => record.why)).toEqual([
      'asked 1',
      'asked 2',
      'asked 3',
    ]);
    expect(made).toBe(4);
  });

  test('is dated by the trading date, which never goes back', () => {
    const desk = deskSaying([want({ A: 0.5 })]);
    desk.slot('2024-01-04');
    desk.bars('2024-01-03', undefined, 'none', desk.state.at);
    desk.observe('2024-01-04');
    expect(desk.of('decision')[0]?.record.date).toBe(date('2024-01-04'));
    expect(desk.intents[0]?.id).toBe('one-2024-01-04-1');
  });
});
