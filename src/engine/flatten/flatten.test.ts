import { describe, expect, test } from 'vitest';
import type { Instant } from '../../base/index.ts';
import { postFill } from '../../ledger/index.ts';
import { addIntent, type ClientOrderId, type Intent } from '../../orders/index.ts';
import { bookOf, Desk, deskSaying, priced, saying, setupOf, want, WIDE } from '../desk.fixture.ts';
import { exitIsOver, flattenWakeAt } from './flatten.ts';
import {
  decide,
  type Fate,
  flattened,
  FlattenWorld,
  holding,
  NEXT,
  noon,
} from './flatten.fixture.ts';
import type { Setup } from '../setup.ts';
import { saveState } from '../snapshot.ts';

describe('an emergency exit (F086)', () => {
  test('closes all that the broker holds and is flat by two readings', () => {
    const world = holding().flatten().settle();
    expect(world.left).toEqual({});
    expect(world.sold).toEqual(['one: sell 500 A', 'one: sell 600 B']);
    const [record] = flattened(world);
    expect(record).toMatchObject({ outcome: 'flat', by: 'ann', reasons: [] });
    expect(record?.positions).toEqual([
      { symbol: 'A', found: 500, left: 0, closed: 500, problem: null },
      { symbol: 'B', found: 600, left: 0, closed: 600, problem: null },
    ]);
    expect(world.desk.of('readAccount')).toHaveLength(3);
    expect(world.state.halt).toBe('NO_NEW_RISK');
    expect(world.state.haltReason).toBe('ann: emergency exit: storm');
    expect(world.desk.alerts).toContain('flattenEnded');
    expect(world.state.at).toBe(noon(NEXT));
  });

  test('asked for again changes nothing, and after the end it looks again', () => {
    const world = holding().flatten();
    const before = saveState(world.state);
    world.flatten('bob');
    expect(JSON.parse(saveState(world.state)).flatten).toEqual(JSON.parse(before).flatten);
    expect(world.desk.alerts).toContain('flattenUnderWay');
    world.settle();
    world.flatten('bob').settle();
    expect(flattened(world).map(({ outcome, by }) => [outcome, by])).toEqual([
      ['flat', 'ann'],
      ['flat', 'bob'],
    ]);
    expect(world.sold).toHaveLength(2);
  });

  test('keeps a higher halt, which lets nothing out, and says so', () => {
    const world = holding();
    world.state.halt = 'STOP';
    world.flatten().settle();
    expect(world.state.halt).toBe('STOP');
    expect(world.sold).toEqual([]);
    expect(flattened(world)[0]?.outcome).toBe('incomplete');
    expect(flattened(world)[0]?.reasons[0]).toContain('refused (halted)');
  });

  test('works for a book that is stopped and whose strategy throws', () => {
    const world = holding();
    for (const book of world.state.books) book.stopped = 'its strategy failed';
    expect(world.flatten().settle().left).toEqual({});
  });

  test('drops plans and voids requests', () => {
    const rules = { opening: 'required', reducing: 'free' } as const;
    const approvals = { rules, books: {}, timeoutMs: 1_000_000, driftPctMax: 1 };
    const desk = deskSaying([want({ A: 0.5 })], { approvals });
    const world = new FlattenWorld(desk, {});
    desk.decideOn('2024-01-03');
    expect(desk.state.approvals.open).toHaveLength(1);
    world.flatten().settle();
    expect(desk.state.approvals.open).toEqual([]);
    expect(desk.of('approvalEnded')[0]?.ended.outcome).toBe('voided');
    expect(desk.state.books[0]?.work).toBeNull();
    expect(flattened(world)[0]?.outcome).toBe('flat');
  });

  test('waits for a yes where its own class needs one, and goes on without', () => {
    const rules = { opening: 'free', reducing: 'free', flatten: 'required' } as const;
    const approvals = { rules, books: {}, timeoutMs: 60_000, driftPctMax: 1 };
    const world = holding(undefined, { approvals });
    world.flatten().deliverAll();
    const [first] = world.state.approvals.open;
    expect(world.state.approvals.open).toHaveLength(2);
    const { at } = world.state;
    world.desk.take({
      kind: 'command',
      at,
      by: 'ann',
      command: 'approve',
      request: first?.id ?? '',
    });
    world.deliverAll();
    world.pass(60_000);
    for (const { id } of world.state.approvals.open) {
      const now = world.state.at;
      world.desk.take({ kind: 'command', at: now, by: 'ann', command: 'approve', request: id });
    }
    world.settle();
    expect(world.positions.A).toBe(0);
    expect(flattened(world)[0]?.positions[1]?.problem).toBe('its order was not approved');
  });
});

describe('orders under way', () => {
  const withOrder = (fate: Fate) => {
    const world = holding();
    world.fate = fate;
    decide(world);
    return world;
  };

  test('are ended first, whatever filled meanwhile is closed too', () => {
    for (const fills of [false, true]) {
      const world = withOrder('rest');
      world.deliverAll();
      world.flatten();
      if (fills) world.fillResting();
      world.fate = 'fill';
      world.settle();
      expect(world.left).toEqual({});
      expect(flattened(world)[0]?.outcome).toBe('flat');
    }
  });

  test('that were never sent never are', () => {
    const broker = { ...deskSaying([]).setup.broker, clientIds: 'none' as const };
    const world = holding(undefined, { broker });
    decide(world);
    expect(world.desk.of('watermark').length).toBeGreaterThan(0);
    world.flatten();
    expect([...world.state.orders.live.keys()]).toEqual([]);
  });

  test('whose end is not proven are not sold twice: it goes on with the rest', () => {
    const world = withOrder('silent');
    world.queue = world.queue.filter(({ kind }) => kind !== 'submit');
    const [id] = [...world.state.orders.live.keys()];
    world.desk.report({ kind: 'unknown', order: id as never, reason: 'no answer' });
    const { intent } = world.state.orders.live.get(id as never) as never as {
      intent: { side: string; symbol: string };
    };
    world.flatten();
    expect(world.state.flatten?.phase).toBe('canceling');
    world.deliverAll();
    world.pass(15_000);
    expect(world.state.flatten?.phase).toBe('reading');
    world.fate = 'rest';
    world.queue = world.queue.filter(({ kind }) => kind === 'readAccount');
    world.deliver();
    const sold = world.desk.intents.filter(({ purpose }) => purpose === 'flatten');
    const same = sold.find((one) => one.symbol === intent.symbol && one.side === intent.side);
    expect(same).toBeUndefined();
    expect(sold.length).toBeGreaterThan(0);
  });

  test('of several legs count with each of them', () => {
    const world = holding();
    const legs = [
      { symbol: 'A', side: 'sell', ratio: 2 },
      { symbol: 'B', side: 'buy', ratio: 1 },
    ] as const;
    const intent = { ...(world.desk.intents[0] as Intent), quantity: 100, legs };
    const clientOrderId = 'spread' as ClientOrderId;
    const order = addIntent(world.state.orders, { ...intent, clientOrderId });
    order.attempts = 1;
    world.desk.report({ kind: 'unknown', order: clientOrderId, reason: 'no answer' });
    world.flatten();
    world.pass(15_000);
    world.queue = world.queue.filter(({ kind }) => kind === 'readAccount');
    world.deliverAll();
    expect(world.sold).toEqual(['one: sell 300 A', 'one: sell 600 B']);
  });

  test('that no proof ever ends leave it incomplete, with their names', () => {
    const world = holding();
    world.fate = 'silent';
    decide(world);
    world.deliverAll();
    world.flatten().settle();
    expect(flattened(world)[0]?.outcome).toBe('incomplete');
    expect(flattened(world)[0]?.reasons.join()).toContain('has no proven end');
  });

  test('of others are told', () => {
    const world = holding();
    world.resting.push({
      venueOrderId: 'x9',
      clientOrderId: null,
      symbol: 'A',
      side: 'buy',
      quantity: 7,
      filled: 0,
    });
    world.flatten().settle();
    expect(flattened(world)[0]?.foreignOrders).toEqual(['order "x9": buy 7 A']);
    expect(world.desk.of('alert').at(-1)?.text).toContain('of others: order "x9": buy 7 A');
  });
});

describe('what the broker reports and the ledgers do not', () => {
  test('less is closed as far as it is there, and the exit is not flat', () => {
    const world = holding({ A: 200, B: 600 }).flatten().settle();
    expect(world.left).toEqual({});
    expect(world.sold).toContain('one: sell 200 A');
    expect(flattened(world)[0]?.outcome).toBe('incomplete');
    expect(flattened(world)[0]?.reasons).toContain('A: the ledgers hold 300, the broker 0');
  });

  test('more is closed out of no book once it is proven', () => {
    const world = holding({ A: 700, B: 600, C: 40 }).flatten().settle();
    expect(world.left).toEqual({});
    expect(world.sold).toEqual(
      expect.arrayContaining([
        'one: sell 500 A',
        '(external): sell 200 A',
        '(external): sell 40 C',
      ]),
    );
    expect(flattened(world)[0]?.outcome).toBe('flat');
  });

  test('a short is bought back', () => {
    const world = holding({ A: 500, B: 600, C: -30 }).flatten().settle();
    expect(world.sold).toContain('(external): buy 30 C');
    expect(world.left).toEqual({});
  });

  test('books of both signs are closed by their net alone', () => {
    const limits = { ...WIDE, shortSelling: true };
    const books = ['one', 'two'].map((name) => bookOf(name, saying(), { limits }));
    const desk = new Desk(setupOf(books, { limits }));
    desk.bars('2024-01-03');
    const base = { symbol: 'A', multiplier: 1, price: priced(100), fee: 0 as never };
    postFill((desk.state.books[0] as never as { ledger: never }).ledger, {
      ...base,
      quantity: 100,
    });
    postFill((desk.state.books[1] as never as { ledger: never }).ledger, {
      ...base,
      quantity: -40,
    });
    const world = new FlattenWorld(desk, { A: 60 });
    desk.take({ kind: 'time', at: noon(NEXT) });
    world.flatten().settle();
    expect(world.sold).toEqual(['one: sell 60 A']);
    expect(flattened(world)[0]?.outcome).toBe('flat');
  });

  test('parts of a share stay, and it says so', () => {
    const world = holding({ A: 500.5, B: 600 }).flatten().settle();
    expect(world.left).toEqual({ A: 0.5 });
    expect(flattened(world)[0]?.reasons[0]).toContain('A: 0.5 left');
  });

  test('an empty list is not flat while the ledgers hold something (F033)', () => {
    const world = holding();
    world.shows = {};
    world.flatten().settle();
    expect(world.sold).toEqual([]);
    expect(flattened(world)[0]?.outcome).toBe('incomplete');
  });

  test('positions that lag the fills by a minute are not sold twice (F032)', () => {
    const world = holding();
    world.lagMs = 60_000;
    world.flatten().settle();
    expect(world.sold).toHaveLength(2);
    expect(flattened(world)[0]?.outcome).toBe('flat');
  });
});

describe('what stands in the way', () => {
  test('orders that are rejected are tried again, a bounded number of times', () => {
    const world = holding();
    world.fate = 'reject';
    world.flatten().settle();
    expect(flattened(world)[0]?.outcome).toBe('incomplete');
    expect(flattened(world)[0]?.reasons[0]).toBe(
      'A: 500 left, its order ended rejected: as the broker says',
    );
    expect(world.sold.length).toBeLessThanOrEqual(20);
  });

  test('orders that do not fill in time are ended and tried again', () => {
    const world = holding();
    world.fate = 'part';
    world.flatten().settle();
    expect(world.left).toEqual({});
    expect(flattened(world)[0]?.outcome).toBe('flat');
  });

  test('an account that cannot be read ends it, after it was asked for again and again', () => {
    const world = holding();
    world.flatten();
    for (let i = 0; i < 200 && !exitIsOver(world.state); i++) {
      world.queue = [];
      world.pass(5_000);
    }
    expect(flattened(world)[0]?.reasons).toEqual(["the broker's account could not be read"]);
    expect(world.desk.of('readAccount').length).toBeGreaterThanOrEqual(20);
  });

  test('an account that is never reconciled ends it too', () => {
    const world = holding();
    world.state.epoch = 9;
    world.flatten();
    for (let i = 0; i < 200 && !exitIsOver(world.state); i++) {
      world.queue = [];
      world.pass(5_000);
    }
    expect(flattened(world)[0]?.reasons).toEqual(["the broker's account could not be reconciled"]);
  });

  test('outside of the session it ends, or goes on at the next open where that is set', () => {
    const night = (setup: Partial<Setup> = {}, at = Date.parse('2024-01-05T02:00:00Z')) => {
      const world = holding(undefined, setup);
      world.desk.take({ kind: 'time', at: at as Instant });
      world.queue = [];
      return world.flatten();
    };
    const over = night().settle();
    expect(flattened(over)[0]?.outcome).toBe('incomplete');
    expect(flattened(over)[0]?.reasons).toEqual([
      'the market is closed until 2024-01-05T14:30:00.000Z',
    ]);
    expect(over.sold).toEqual([]);
    for (const at of ['2024-01-05T02:00:00Z', '2024-01-05T13:00:00Z']) {
      const later = night({ flattenAtOpen: true }, Date.parse(at)).deliverAll();
      expect(later.desk.alerts).toContain('flattenPending');
      expect(flattenWakeAt(later.desk.setup, later.state)).toBe(Date.parse('2024-01-05T14:30:00Z'));
      later.desk.take({ kind: 'time', at: Date.parse('2024-01-05T14:30:00Z') as Instant });
      later.settle();
      expect(later.left).toEqual({});
      expect(flattened(later)[0]?.outcome).toBe('flat');
      expect(later.desk.intents.at(-1)?.date).toBe('2024-01-05');
    }
    const weekend = night({}, Date.parse('2024-01-06T17:00:00Z')).settle();
    expect(flattened(weekend)[0]?.reasons[0]).toContain('2024-01-08T14:30');
  });

  test('a decision after it sees what is held, not what was wanted', () => {
    const world = holding().flatten().settle();
    expect(world.state.books[0]?.lastTargets).toEqual({});
    const stuck = holding();
    stuck.state.halt = 'STOP';
    stuck.state.marks[1] = Number.NaN;
    stuck.flatten().settle();
    expect(Object.keys(stuck.state.books[0]?.lastTargets ?? {})).toContain('A');
  });
});

test('nothing is done, and nothing wanted, before one is asked for and after it ended', () => {
  const world = holding();
  expect(exitIsOver(world.state)).toBe(true);
  expect(flattenWakeAt(world.desk.setup, world.state)).toBeNull();
  world.flatten().settle();
  expect(exitIsOver(world.state)).toBe(true);
  expect(flattenWakeAt(world.desk.setup, world.state)).toBeNull();
  world.queue = [];
  world.pass(1);
  expect(world.queue.some(({ kind }) => kind === 'submit')).toBe(false);
});
