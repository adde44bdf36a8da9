import { describe, expect, test } from 'vitest';
import { bookOf, priced, saying, setupOf, wish } from '../desk.fixture.ts';
import { BUILT_IN_TRAITS } from '../ports.ts';
import { restoreState, saveState } from '../snapshot.ts';
import { splitWatch, watchWakeAt } from './watch.ts';
import {
  buyA,
  FIRST,
  guarded,
  SECOND,
  sellA,
  SHORT,
  STOPS,
  WatchDesk,
  watchDesk,
} from './watch.fixture.ts';

const NO_OCO = { ...BUILT_IN_TRAITS, oco: false };
describe('protection at the broker (invariant 21)', () => {
  test('is a stop for exactly what filled, good till canceled, 8 % below its cost', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest(), 100, 40);
    expect(desk.resting).toEqual(['buy 60 A market', 'sell 40 A stop @92']);
    expect(desk.newest()).toMatchObject({ purpose: 'protect', timeInForce: 'gtc', book: 'one' });
    expect(desk.of('alert').map(({ code, severity }) => [severity, code])).toEqual([
      ['INFO', 'protectionGap'],
    ]);
  });

  test('that grows is canceled, proven and sent anew as the next of its chain (F009)', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    const entry = desk.newest();
    desk.fill(entry, 100, 40);
    const [first] = desk.acceptAll().protecting;
    desk.fill(entry, 101, 60);
    expect(desk.resting).toEqual(['sell 40 A stop @92 (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 100 A stop @92.55']);
    expect(desk.newest().replaces).toBe(first?.intent.clientOrderId);
  });

  test('that filled while it was to be canceled leaves a stop for the rest (F008)', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    const entry = desk.newest();
    desk.fill(entry, 100, 40);
    const stop = desk.acceptAll().newest();
    desk.fill(entry, 100, 60);
    desk.fill(stop, 92);
    expect(desk.held('A')).toBe(60);
    expect(desk.resting).toEqual(['sell 60 A stop @92']);
  });

  test('in part filled stands for the rest', () => {
    const desk = guarded();
    desk.fill(desk.newest(), 92, 30);
    expect(desk.resting).toEqual(['sell 70 A stop @92']);
    desk.fill(desk.newest(), 92, 70);
    expect(desk.held('A')).toBe(0);
    expect([desk.live, desk.state.watch.guards]).toEqual([[], []]);
  });

  test('of a short position is a stop to buy above its cost', () => {
    const desk = watchDesk([wish(sellA())], STOPS, { limits: SHORT }, { limits: SHORT });
    desk.bars(FIRST);
    desk.fill(desk.newest());
    expect(desk.resting).toEqual(['buy 100 A stop @108']);
  });

  test('survives the day and the order timeout', () => {
    const desk = guarded();
    desk.close(FIRST);
    desk.pass(86_400_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('moves with a split, and is sent anew', () => {
    const desk = guarded();
    const position = desk.state.books[0]!.ledger.positions.get('A')!;
    position.quantity = 200;
    position.lots.forEach((lot) => Object.assign(lot, { quantity: 200 }));
    splitWatch(desk.setup, desk.state, { symbol: 'A', numerator: 2, denominator: 1 });
    expect(desk.resting).toEqual(['sell 100 A stop @92 (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 200 A stop @46']);
  });

  test.each(['expired', 'canceled'] as const)('that %s unasked is sent again at once', (kind) => {
    const desk = guarded();
    desk.report({ kind, order: desk.newest().clientOrderId, reason: 'the broker' });
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
    expect(desk.alerts).toContain('protectionFailed');
    desk.acceptAll();
    desk.report({ kind, order: desk.newest().clientOrderId, reason: 'again' });
    expect(desk.resting).toEqual([]);
    desk.wait(2_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('that is rejected is tried again, less and less often, and a person is told', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    for (let i = 0; i < 5; i++) {
      const sent = desk.intents.length;
      desk.report({ kind: 'rejected', order: desk.newest().clientOrderId, reason: 'no' });
      desk.wait(1_000 * 2 ** i - 1);
      expect(desk.intents).toHaveLength(sent);
      desk.wait(1);
      expect(desk.intents).toHaveLength(sent + 1);
    }
    const told = desk.of('alert').filter(({ code }) => code === 'protectionFailed');
    expect(told.map(({ severity }) => severity)).toEqual(Array(5).fill('CRITICAL'));
  });

  test('that our own gate refuses is tried again when it no longer does', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.state.halt = 'CANCEL_ONLY';
    desk.fill(desk.newest());
    expect(desk.live).toEqual([]);
    expect(desk.alerts).toContain('protectionFailed');
    desk.state.halt = 'NONE';
    desk.wait(1_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('a gap is on record, and told when it lasts longer than it may', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.wait(4_999);
    expect(desk.alerts).toEqual(['protectionGap']);
    desk.wait(1);
    expect(desk.alerts).toEqual(['protectionGap', 'protectionGapLong']);
    desk.wait(100_000);
    expect(desk.alerts).toHaveLength(2);
    desk.acceptAll().wait(60_000);
    expect(desk.alerts.slice(2)).toEqual(['protectionRestored']);
    desk.wait(100_000);
    expect(desk.alerts).toHaveLength(3);
  });

  test('a gap that ended in time is not told', () => {
    const desk = guarded();
    desk.wait(60_000);
    expect(desk.alerts).toEqual(['protectionGap']);
    expect(watchWakeAt(desk.setup, desk.state)).toBeNull();
  });

  test('is not sent before the account is reconciled (invariant 28)', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.state.reconcile.epoch = -1;
    desk.fill(desk.newest());
    expect(desk.live).toEqual([]);
    desk.state.reconcile.epoch = 0;
    desk.wait(1_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('is there for a position that came without an order', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    const fresh = new WatchDesk(setupOf([bookOf('one', {}, { watch: STOPS })]));
    const saved = JSON.parse(saveState(desk.state));
    Object.assign(saved, { live: [], done: [] });
    saved.watch = { version: 1, guards: [], brackets: [], uncovered: [] };
    Object.assign(fresh.state, restoreState(fresh.setup, JSON.stringify(saved)));
    fresh.pass(1);
    expect(fresh.resting).toEqual(['sell 100 A stop @92']);
  });

  test('an absurd fill does not move the stop beyond the market (F020)', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest(), 1_000);
    expect(desk.alerts).toContain('fillDoubtful');
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('a book without a policy has none', () => {
    const desk = new WatchDesk(setupOf([bookOf('one', saying(wish(buyA())))]));
    desk.bars(FIRST);
    desk.fill(desk.newest());
    expect([desk.live, desk.state.watch.guards]).toEqual([[], []]);
  });
});

describe('brackets', () => {
  const bracket = { stopPrice: priced(95), targetPrice: priced(120) };

  test('of a broker that takes pairs rest as one group of which one ends the other', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    const links = desk.protecting.map(({ intent }) => intent.link);
    expect(links.map((link) => link?.role)).toEqual(['stop', 'target']);
    expect(new Set(links.map((link) => link?.group)).size).toBe(1);
    expect(desk.resting).toEqual(['sell 100 A stop @95', 'sell 100 A limit @120']);
  });

  test('a target filled ends the stop, and nothing is left', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().fill(desk.newest(), 120);
    desk.proveCancels();
    expect([desk.held('A'), desk.live, desk.state.watch.guards]).toEqual([0, [], []]);
  });

  test('a target filled in part: both end, and both are sent anew for the rest', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().fill(desk.newest(), 120, 25);
    expect(desk.canceling).toHaveLength(2);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 75 A stop @95', 'sell 75 A limit @120']);
  });

  test('a stop filled in part keeps working, its target ends', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    const [stop] = desk.acceptAll().protecting;
    desk.fill(stop!.intent, 95, 25);
    expect(desk.resting).toEqual(['sell 75 A stop @95', 'sell 100 A limit @120 (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 75 A stop @95']);
  });

  test('of other brokers are a stop, and a target that is watched here', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null, { broker: NO_OCO });
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll();
    expect(desk.resting).toEqual(['sell 100 A stop @95']);
    desk.mark(119.9).mark(120).mark(120.1, 20_000).mark(120.1, 20_000);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 100 A market']);
    expect(desk.alerts).toContain('targetReached');
  });

  test('end with an entry that never filled', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket })], null);
    desk.bars(FIRST);
    expect(desk.state.watch.brackets).toHaveLength(1);
    desk.report({ kind: 'rejected', order: desk.newest().clientOrderId, reason: 'no' });
    expect(desk.state.watch.brackets).toEqual([]);
  });

  test('stay when the book adds to the position without one', () => {
    const desk = watchDesk([wish({ ...buyA(), bracket }), wish(buyA(50))], null, {
      broker: NO_OCO,
    });
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().bars(SECOND);
    desk.fill(desk.newest());
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 150 A stop @95']);
  });
});
