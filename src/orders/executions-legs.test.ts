import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUneven, legsFilled } from './legs.ts';
import type { Intent } from './request.ts';
import { fillOf, intentOf, permutations } from './order.fixture.ts';
import { applyToOrder, isDone, newOrder, type Order, remaining } from './order.ts';
import type { Report } from './report.ts';
import { on, play, ledgerOf, sumsOf } from './executions.fixture.ts';

const SPREAD: Intent = {
  ...intentOf({ quantity: 2, symbol: 'SPY' }),
  legs: [
    { symbol: 'LONG', side: 'buy', ratio: 1 },
    { symbol: 'SHORT', side: 'sell', ratio: 2 },
  ],
};

describe('an order of several legs (F011)', () => {
  test('counts whole units, and ends when every leg is complete', () => {
    const order = newOrder(SPREAD);
    const tell = (report: Report) => {
      applyToOrder(order, report);
      return [order.filled, order.status, isUneven(order)];
    };
    expect(isUneven(order)).toBe(false);
    expect(tell(on.fill('a', 2, 300, 1, 'LONG'))).toEqual([0, 'working', true]);
    expect(tell(on.fill('b', 3, 100, 1, 'SHORT'))).toEqual([1, 'working', true]);
    expect(legsFilled(order)).toEqual([
      { symbol: 'LONG', side: 'buy', ratio: 1, filled: 2 },
      { symbol: 'SHORT', side: 'sell', ratio: 2, filled: 3 },
    ]);
    expect(tell(on.fill('c', 1, 100, 1, 'SHORT'))).toEqual([2, 'filled', false]);
    expect(order.notional).toBe(2 * 3_000_000 - 4 * 1_000_000);
    expect(tell(on.bust('b'))).toEqual([0, 'filled', true]);
  });

  test('alarms when one leg fills beyond its part', () => {
    const { alarms } = play([on.fill('a', 3, 300, 0, 'LONG')], SPREAD);
    expect(alarms).toHaveLength(1);
  });

  test('a leg sold at nothing has no negative zero', () => {
    const { order } = play([on.fill('a', 1, 0, 0, 'SHORT')], SPREAD);
    expect(Object.is(order.notional, 0)).toBe(true);
  });

  test('an ordinary order is its own leg', () => {
    const { order } = play([on.fill('a', 40)]);
    expect(legsFilled(order)).toEqual([{ symbol: 'SPY', side: 'buy', ratio: 1, filled: 40 }]);
    expect(isUneven(order)).toBe(false);
  });

  test('infers by leg, and superseding one leg leaves the other', () => {
    const { order, booked } = play(
      [
        on.cumulative(2, 300, 'LONG'),
        on.cumulative(4, 100, 'SHORT'),
        on.fill('a', 4, 90, 0, 'SHORT'),
      ],
      SPREAD,
    );
    expect(booked).toEqual([['+2 @ 300'], ['+4 @ 100'], ['-4 @ 100', '+4 @ 90']]);
    expect(order.executions.map(({ executionId }) => executionId)).toEqual([
      'inferred-c-1-LONG-2',
      'a',
    ]);
    expect([order.status, order.filled]).toEqual(['filled', 2]);
  });

  test('corrections keep to their leg', () => {
    const { order } = play(
      [
        on.cumulative(4, 100, 'SHORT'),
        on.fill('a', 1, 300, 0, 'LONG'),
        on.correction('a', fillOf('a2', 2, 300, 0, 'LONG')),
        on.bust('a2'),
      ],
      SPREAD,
    );
    expect(legsFilled(order).map(({ filled }) => filled)).toEqual([0, 4]);
  });

  test('units without legs cannot be booked: they alarm once where the legs lack', () => {
    const whole = on.cumulative(1, 100);
    const { order, alarms, postings } = play([whole, whole], SPREAD);
    expect([order.filled, postings, alarms.length]).toEqual([0, [], 1]);
    const legs = [on.fill('a', 1, 300, 0, 'LONG'), on.fill('b', 2, 100, 0, 'SHORT')];
    expect(play([...legs, whole], SPREAD).alarms).toEqual([]);
  });

  test.each([undefined, 'SPY'])('a fill in "%s" is of no leg', (symbol) => {
    expect(() => play([on.fill('a', 1, 1, 0, symbol)], SPREAD)).toThrow('which is no leg of it');
  });
});

describe('what is not of executions', () => {
  test('a refused cancel leaves the order live at its full remaining size (F008)', () => {
    const { order, last } = play([
      on.accepted(),
      on.fill('a', 40),
      on.cancelRequested(),
      on.cancelRefused(),
    ]);
    expect([order.status, remaining(order), last?.fresh]).toEqual(['working', 60, true]);
  });

  test('a status that no table knows keeps the order live, and alarms once each (F007)', () => {
    const held = on.suspended('held');
    const { order, alarms } = play([on.accepted(), held, held, on.suspended('odd'), on.accepted()]);
    expect([order.status, remaining(order), alarms.length]).toEqual(['working', 100, 2]);
    expect(alarms[0]).toContain('"held" at the broker, a status not known here');
    const doubt = play([held, on.notFound(), on.notFound()]).order;
    expect([doubt.status, doubt.reason]).toEqual(['unknown', 'the broker calls it "held"']);
  });

  test('any words as a status: the order stays live, known or in doubt', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 150 }), (words) => {
        const { order } = play(words.map((word) => on.suspended(word)));
        expect(['inFlight', 'unknown']).toContain(order.status);
        expect(order.evidence?.alarmed.length ?? 0).toBeLessThanOrEqual(100);
      }),
    );
  });

  test('beyond a hundred different alarms each is raised, and none is kept', () => {
    const { order, alarms } = play([...Array(150).keys()].map((i) => on.suspended(`s${i % 120}`)));
    expect([alarms.length, order.evidence?.alarmed.length]).toEqual([120, 100]);
  });

  test('what never left ends as rejected, unless the broker had seen it', () => {
    const unsent = play([on.notSent()]);
    expect([unsent.order.status, unsent.order.reason, unsent.alarms]).toEqual([
      'rejected',
      'halted',
      [],
    ]);
    for (const seen of [on.accepted(), on.fill('a', 1), on.cumulative(1), on.suspended()]) {
      const { order, last } = play([seen, on.unknown(), on.notSent()]);
      expect([order.status, remaining(order) > 0]).toEqual(['unknown', true]);
      expect(last?.alarm).toContain('yet the broker reports "sentAfterAll"');
    }
    for (const end of [on.fill('a', 100), on.canceled(), on.rejected(), on.expired()]) {
      const { order, last } = play([on.accepted(), end, on.notSent()]);
      expect([isDone(order), last?.fresh]).toEqual([true, false]);
      expect(last?.alarm).toContain('yet the broker reports "sentAfterAll"');
    }
  });
});

/** What must not depend on the order in which reports came. */
const endOf = (order: Order) => ({
  ...sumsOf(order),
  venueOrderId: order.venueOrderId,
  executions: order.executions
    .map((fill) => JSON.stringify(fill))
    .toSorted((a, b) => a.localeCompare(b)),
});

describe('up to six reports in every order end in the same state (F016)', () => {
  const [a, b, c] = [on.fill('a', 20, 9_990), on.fill('b', 30, 10_010, 11), on.fill('c', 50)];
  const dup = on.fill('a', 20, 9_990);
  test.each<[string, Report[]]>([
    ['fills and acknowledgement', [on.accepted(), a, b, c, dup, on.unknown()]],
    ['a total and its executions', [on.accepted(), a, b, c, on.cumulative(100, 10_001)]],
    ['totals, lower ones too', [on.cumulative(20, 9_990), on.cumulative(50, 10_002), a, b, c]],
    ['a total above what is told', [on.accepted(), a, c, on.cumulative(100, 9_999), on.unknown()]],
  ])('%s: filled, notional, fees, executions and status', (_, reports) => {
    const all = permutations(reports).map((permuted) => play(permuted));
    const first = endOf(all[0]!.order);
    for (const { order, postings, alarms } of all) {
      expect(endOf(order)).toEqual(first);
      expect(order.status).toBe('filled');
      expect(ledgerOf(postings)).toEqual(sumsOf(order));
      expect(alarms).toEqual([]);
    }
  });

  test.each<[string, Report[]]>([
    ['a bust', [on.accepted(), a, b, c, on.bust('a'), dup]],
    ['a bust and a total', [a, b, on.bust('a'), on.cumulative(50, 10_002), on.bust('a'), dup]],
    ['a correction', [a, b, on.correction('a', fillOf('a2', 25)), on.fill('a2', 25), dup]],
    [
      'a chain of corrections and a bust of its end',
      [
        a,
        b,
        on.correction('a', fillOf('a2', 25)),
        on.correction('a2', fillOf('a3', 15)),
        on.bust('a3'),
        on.fill('a2', 25),
      ],
    ],
    ['a correction under the same id', [a, b, c, on.correction('a', fillOf('a', 25)), dup]],
  ])('%s: filled, notional, fees and executions', (_, reports) => {
    const all = permutations(reports).map((permuted) => play(permuted));
    const first = endOf(all[0]!.order);
    for (const { order, postings } of all) {
      expect(endOf(order)).toEqual(first);
      expect(ledgerOf(postings)).toEqual(sumsOf(order));
    }
  });
});

/** What the broker's own books say of one order. */
interface Truth {
  /** By execution: its first quantity, and its quantity now; 0 when busted. */
  readonly executions: Map<string, { readonly first: number; now: number; revised: boolean }>;
  /** Executions that reached us. */
  readonly told: Set<string>;
  total: number;
}
interface World {
  readonly order: Order;
  readonly ledger: { filled: number; notional: number; fees: number };
}
type Command = fc.Command<Truth, World>;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Tells the order, and looks at what must always hold. */
function tellWorld(truth: Readonly<Truth>, { order, ledger }: World, report: Report): void {
  const [before, wasDone] = [order.status, isDone(order)];
  const { postings } = applyToOrder(order, report);
  const moved = ledgerOf(postings);
  ledger.filled += moved.filled;
  ledger.notional += moved.notional;
  ledger.fees += moved.fees;
  expect(sumsOf(order)).toEqual(ledger);
  expect(wasDone ? order.status : before).toBe(before);
  const known = [...truth.told].map((id) => truth.executions.get(id)!);
  const ever = sum(known.map(({ first, now }) => Math.max(first, now)));
  const now = sum(known.map((one) => one.now));
  expect(order.filled).toBe(now + Math.max(0, truth.total - ever));
  const left = isDone(order) ? 0 : Math.max(0, 1_000 - order.filled);
  expect(remaining(order)).toBe(left);
  expect(order.executions.every(({ price, quantity }) => price > 0 && quantity > 0)).toBe(true);
}

class Execute implements Command {
  readonly quantity: number;
  readonly lost: boolean;
  constructor(quantity: number, lost: boolean) {
    this.quantity = quantity;
    this.lost = lost;
  }
  check = () => true;
  run(truth: Truth, world: World) {
    const id = `x${truth.executions.size}`;
    truth.executions.set(id, {
      first: this.quantity,
      now: this.quantity,
      revised: false,
    });
    if (this.lost) return;
    truth.told.add(id);
    tellWorld(truth, world, on.fill(id, this.quantity));
  }
  toString = () => `execute ${this.quantity}${this.lost ? ' (lost)' : ''}`;
}

class Again implements Command {
  readonly which: number;
  constructor(which: number) {
    this.which = which;
  }
  check = (truth: Readonly<Truth>) => this.which < truth.executions.size;
  run(truth: Truth, world: World) {
    const id = `x${this.which}`;
    truth.told.add(id);
    tellWorld(truth, world, on.fill(id, truth.executions.get(id)!.first));
  }
  toString = () => `tell x${this.which} again`;
}

class Total implements Command {
  check = (truth: Readonly<Truth>) => truth.executions.size > 0;
  run(truth: Truth, world: World) {
    const filled = sum([...truth.executions.values()].map(({ first }) => first));
    truth.total = Math.max(truth.total, filled);
    tellWorld(truth, world, on.cumulative(filled));
  }
  toString = () => 'total';
}

class Revise implements Command {
  readonly which: number;
  readonly quantity: number;
  constructor(which: number, quantity: number) {
    this.which = which;
    this.quantity = quantity;
  }
  check = (truth: Readonly<Truth>) => {
    const one = truth.executions.get(`x${this.which}`);
    return truth.told.has(`x${this.which}`) && one?.revised === false;
  };
  run(truth: Truth, world: World) {
    const id = `x${this.which}`;
    Object.assign(truth.executions.get(id)!, { now: this.quantity, revised: true });
    const report =
      this.quantity === 0 ? on.bust(id) : on.correction(id, fillOf(`${id}c`, this.quantity));
    tellWorld(truth, world, report);
    tellWorld(truth, world, report);
  }
  toString = () => `revise x${this.which} to ${this.quantity}`;
}

class Say implements Command {
  readonly kind: 'accepted' | 'cancelRequested' | 'cancelRefused' | 'unknown' | 'canceled';
  constructor(kind: Say['kind']) {
    this.kind = kind;
  }
  check = () => true;
  run = (truth: Truth, world: World) => tellWorld(truth, world, on[this.kind]());
  toString = () => this.kind;
}

test('against the broker’s own books: quantities and postings always agree', () => {
  expect.hasAssertions();
  const which = fc.nat({ max: 6 });
  const commands = fc.commands(
    [
      fc
        .tuple(fc.integer({ min: 1, max: 300 }), fc.boolean())
        .map(([quantity, lost]) => new Execute(quantity, lost)),
      which.map((one) => new Again(one)),
      fc.constant(new Total()),
      fc.tuple(which, fc.constantFrom(0, 1, 400)).map(([one, to]) => new Revise(one, to)),
      fc
        .constantFrom(
          'accepted' as const,
          'cancelRequested' as const,
          'cancelRefused' as const,
          'unknown' as const,
          'canceled' as const,
        )
        .map((kind) => new Say(kind)),
    ],
    { maxCommands: 40, size: 'max' },
  );
  fc.assert(
    fc.property(commands, (drawn) => {
      const model: Truth = { executions: new Map(), told: new Set(), total: 0 };
      const order = newOrder(intentOf({ quantity: 1_000 }));
      const real: World = { order, ledger: { filled: 0, notional: 0, fees: 0 } };
      fc.modelRun(() => ({ model, real }), drawn);
    }),
    { numRuns: 500 },
  );
});
