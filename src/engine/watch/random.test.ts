import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDone, type Order } from '../../orders/index.ts';
import type { Decision } from '../../strategy/index.ts';
import { bookOf, priced, saying, setupOf, wish } from '../desk.fixture.ts';
import { BUILT_IN_TRAITS } from '../ports.ts';
import { restoreState, saveState, stateDigest } from '../snapshot.ts';
import { FIRST, OWN, STOPS, WatchDesk } from './watch.fixture.ts';
import type { LeftoverPolicy, WatchPolicy } from './policy.ts';

/** One thing that the world does; `pick` chooses among the live orders. */
interface Move {
  readonly kind:
    | 'accept'
    | 'fill'
    | 'prove'
    | 'reject'
    | 'cancel'
    | 'unknown'
    | 'wait'
    | 'mark'
    | 'restart';
  readonly pick: number;
  readonly size: number;
}

const moves = fc.array(
  fc.record({
    kind: fc.constantFrom<Move['kind'][]>(
      ...(['accept', 'fill', 'prove', 'reject', 'cancel', 'unknown'] as const),
      ...(['wait', 'mark', 'restart', 'fill', 'prove', 'accept'] as const),
    ),
    pick: fc.nat(100),
    size: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 60 },
);

const decisions: readonly Decision[] = [
  wish({ symbol: 'A', side: 'buy', quantity: 100 }),
  wish({ symbol: 'A', side: 'buy', quantity: 40 }),
  wish({ symbol: 'A', side: 'sell', quantity: 60 }),
  wish({ symbol: 'A', side: 'sell', quantity: 80 }),
  wish({ symbol: 'A', side: 'buy', quantity: 30, bracket: { targetPrice: priced(150) } }),
  wish({ symbol: 'A', side: 'sell', quantity: 25, limitPrice: priced(110), timeInForce: 'gtc' }),
  wish({ symbol: 'A', side: 'sell', quantity: 20, limitPrice: priced(101) }),
  wish({ symbol: 'A', side: 'sell', quantity: 15, stopPrice: priced(80) }),
  wish({ symbol: 'A', side: 'buy', quantity: 35, limitPrice: priced(99) }),
];

const leftover: LeftoverPolicy = { market: 'reprice', limit: 'reprice', repricesMax: 3 };

class World {
  readonly desk: WatchDesk;
  #venue = 0;

  constructor(watch: WatchPolicy, oco: boolean) {
    const books = [bookOf('one', saying(...decisions), { watch, leftover })];
    this.desk = new WatchDesk(setupOf(books, { broker: { ...BUILT_IN_TRAITS, oco } }));
    this.desk.bars(FIRST);
  }

  do({ kind, pick, size }: Move): void {
    const { desk } = this;
    const order = desk.live[pick % Math.max(1, desk.live.length)];
    if (kind === 'wait') return void desk.wait(size * 1_000);
    if (kind === 'mark') return this.mark(size);
    if (kind === 'restart') return this.restart();
    if (order !== undefined) this.report(kind, order, size);
  }

  report(kind: Move['kind'], order: Order, size: number): void {
    const { desk } = this;
    const id = order.intent.clientOrderId;
    const { status } = order;
    const stays = status === 'working' || status === 'unknown' || status === 'inFlight';
    if (kind === 'accept' && stays) {
      const venueOrderId = order.venueOrderId ?? `v${++this.#venue}`;
      desk.report({ kind: 'accepted', order: id, venueOrderId });
    } else if (kind === 'fill') {
      desk.fill(order.intent, 100, Math.min(size, order.intent.quantity - order.filled));
      this.endLinked(order);
    } else if (kind === 'prove' && status === 'canceling') {
      desk.report({ kind: 'canceled', order: id, reason: 'asked' });
    } else if (kind === 'reject' && order.filled === 0 && status === 'inFlight') {
      desk.report({ kind: 'rejected', order: id, reason: 'no' });
    } else if (kind === 'cancel' && status === 'working') {
      desk.report({ kind: 'canceled', order: id, reason: 'the owner' });
    } else if (kind === 'unknown' && status === 'inFlight') {
      desk.report({ kind: 'unknown', order: id, reason: 'timeout' });
    }
  }

  /** The broker's own promise: of a pair that is linked one that fills ends the other. */
  endLinked({ intent }: Order): void {
    for (const other of this.desk.live) {
      const { link, clientOrderId } = other.intent;
      if (link === undefined || link.group !== intent.link?.group) continue;
      if (clientOrderId === intent.clientOrderId || isDone(other)) continue;
      this.desk.report({ kind: 'canceled', order: clientOrderId, reason: 'the other filled' });
    }
  }

  mark(size: number): void {
    if (size < 20) this.desk.mark(100 + size / 30, 60_000);
    else if (size < 25) this.desk.mark(85, 60_000);
    else this.nextDay();
  }

  /** The strategy says its next wish. */
  nextDay(): void {
    const { desk } = this;
    desk.bars(FIRST, { A: 100, B: 50 }, 'all', (desk.state.at + 60_000) as never);
  }

  restart(): void {
    const { desk } = this;
    const saved = saveState(desk.state);
    const restored = restoreState(desk.setup, saved);
    if (stateDigest(restored) !== stateDigest(desk.state)) throw new Error('another state');
    (desk as { state: unknown }).state = restored;
    const { at, epoch } = restored;
    const strategies = {};
    const start = { build: 'b', config: 'c', strategies, stage: 'test', epoch: epoch + 1 };
    desk.take({ kind: 'start', at, ...start });
    desk.state.reconcile.epoch = desk.state.epoch;
    desk.wait(1_000);
  }

  /** The world answers everything, and time passes. */
  settle(): void {
    const { desk } = this;
    for (let i = 0; i < 30; i++) {
      for (const order of desk.live) this.report('accept', order, 0);
      desk.proveCancels();
      for (const order of desk.live) {
        if (order.intent.purpose !== 'protect') this.report('fill', order, 1_000);
      }
      desk.mark(100, 1_000);
      desk.wait(301_000);
    }
  }
}

const stopsOf = (desk: WatchDesk) =>
  desk.protecting.filter(({ intent }) => intent.link?.role !== 'target');
const left = (orders: readonly Order[]) =>
  orders.reduce((sum, { intent, filled }) => sum + intent.quantity - filled, 0);

/** What is wrong after something happened, or null. */
function problemOf(desk: WatchDesk, strict: boolean): string | null {
  const held = desk.held('A');
  if (held < 0) return `${held} held`;
  const stops = stopsOf(desk);
  const sure = stops.filter(({ status }) => strict || status !== 'canceling');
  if (left(sure) > held) return `stops for ${left(sure)}, ${held} held`;
  if (held === 0) return null;
  const { guard } = desk;
  if (guard?.quantity !== held) return `${guard?.quantity} under guard, ${held} held`;
  const working = stops.filter(({ status }) => status === 'working');
  const isGap = left(working) !== held && desk.setup.books[0]?.watch?.brokerHeld === true;
  return isGap && guard.gap === null && guard.lookAt === null ? 'a gap that is not known' : null;
}

describe('under random fills, cancels, refusals and restarts (F008, F010, invariant 21)', () => {
  test.each([
    ['stops at the broker', STOPS, false],
    ['pairs at the broker', { ...STOPS, takeProfitPct: 20 }, true],
    ['our own watch', OWN, false],
  ] as const)('%s never exceed the position, nor does an exit', (_, policy, oco) => {
    fc.assert(
      fc.property(moves, (list) => {
        const world = new World(policy, oco);
        for (const move of list) {
          world.do(move);
          expect(problemOf(world.desk, !oco)).toBeNull();
        }
        world.settle();
        expect(problemOf(world.desk, true)).toBeNull();
        const held = world.desk.held('A');
        const wanted = policy.brokerHeld ? held : 0;
        expect(left(stopsOf(world.desk))).toBe(wanted);
        expect(world.desk.guard?.gap ?? null).toBeNull();
      }),
      { numRuns: 400 },
    );
  });
});
