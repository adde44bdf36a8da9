import { describe, expect, test } from 'vitest';
import type { ApprovalPolicy, ClassRules } from '../../risk/index.ts';
import { bookOf, saying, setupOf, wish } from '../desk.fixture.ts';
import { isWatchExit } from './watch.ts';
import { buyA, FIRST, OWN, SECOND, sellA, STOPS, WatchDesk, watchDesk } from './watch.fixture.ts';
import type { WatchPolicy } from './policy.ts';

const asking = (rules: Partial<ClassRules>): ApprovalPolicy => ({
  rules: { opening: 'free', reducing: 'free', ...rules },
  books: {},
  timeoutMs: 60_000,
  driftPctMax: 5,
});

function held(policy: WatchPolicy, rules: Partial<ClassRules>): WatchDesk {
  const desk = watchDesk([wish(buyA())], policy, { approvals: asking(rules) });
  desk.bars(FIRST);
  desk.fill(desk.newest());
  return desk;
}

const requestOf = (desk: WatchDesk) => desk.state.approvals.open[0]!.id;

function reject(desk: WatchDesk): void {
  const { at } = desk.state;
  const answer = { request: requestOf(desk), reason: 'no' };
  desk.take({ kind: 'command', command: 'reject', at, by: 'owner', ...answer } as never);
}

describe('an order of the watch that waits for approval', () => {
  test('is not asked for twice', () => {
    const desk = held(STOPS, { protective: 'required' });
    desk.wait(5_000);
    expect(desk.state.approvals.open).toHaveLength(1);
    expect(desk.live).toEqual([]);
    expect(desk.alerts).toContain('protectionGapLong');
  });

  test('is tried again, later, when a person says no', () => {
    const desk = held(STOPS, { protective: 'required' });
    reject(desk);
    expect(desk.alerts).toContain('protectionFailed');
    expect(desk.state.approvals.open).toEqual([]);
    desk.wait(1_000);
    expect(desk.state.approvals.open).toHaveLength(1);
  });

  test('of an exit is tried again too', () => {
    const desk = held(OWN, { reducing: 'required' });
    for (const price of [98, 96, 94, 92, 91.9, 91.8]) desk.mark(price);
    expect(isWatchExit(desk.state, 'one', 'A')).toBe(true);
    if (desk.state.approvals.open.length > 0) reject(desk);
    else desk.report({ kind: 'rejected', order: desk.newest().clientOrderId, reason: 'no' });
    expect(desk.alerts).toContain('exitFailed');
  });
});

describe('books that meet inside', () => {
  test('are guarded for what each then holds', () => {
    const setup = setupOf(
      [
        bookOf('one', saying(wish(buyA()), wish(sellA(60))), { watch: OWN }),
        bookOf('two', saying(wish(), wish(buyA(60))), { watch: STOPS }),
      ],
      { crossing: 'inside' },
    );
    const desk = new WatchDesk(setup);
    desk.bars(FIRST);
    desk.fillAll();
    desk.bars(SECOND);
    desk.acceptAll();
    const quantities = desk.state.books.map((book) => book.view.held('A'));
    const guards = desk.state.watch.guards.map(({ book, quantity }) => [book, quantity]);
    expect(Object.fromEntries(guards)).toEqual(
      Object.fromEntries(
        desk.state.books
          .map(({ setup: { name } }, i) => [name, quantities[i]])
          .filter(([, quantity]) => quantity !== 0),
      ),
    );
  });
});
