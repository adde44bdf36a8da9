import { describe, expect, test } from 'vitest';
import type { Instant } from '../base/index.ts';
import type { Intent } from '../orders/index.ts';
import { stopBook } from './decide.ts';
import { bookOf, Desk, dollars, saying, setupOf, want, wish, WIDE } from './desk.fixture.ts';
import type { Command } from './input.ts';
import { restoreState, saveState, stateDigest } from './snapshot.ts';
import type { BookState, State } from './state.ts';
import { STOPS } from './watch/watch.fixture.ts';

const DAY = '2024-01-03';

/** A desk to which all has happened that a restart must remember. */
function busyDesk(): Desk {
  const buy = { symbol: 'A', side: 'buy', quantity: 10 } as const;
  const books = [
    bookOf('one', saying(wish(buy), want({ A: 0.5 })), { watch: STOPS }),
    bookOf('two', saying()),
  ];
  const rules = { opening: 'free', reducing: 'required' } as const;
  const desk = new Desk(
    setupOf(books, {
      approvals: { rules, books: {}, timeoutMs: 1_800_000, driftPctMax: 1 },
      limits: { ...WIDE, ordersPerMinuteMax: 100 },
    }),
  );
  desk.bars('2024-01-02', undefined, 'none');
  desk.decideOn(DAY);
  desk.fill(desk.intents[0] as Intent);
  const order = (desk.intents[1] as Intent).clientOrderId;
  desk.report({ kind: 'unknown', order, reason: 'timeout' });
  const { at } = desk.state;
  desk.take({ kind: 'activity', at, id: 'd1', type: 'transfer', book: 0, amount: dollars(5) });
  const budget = {
    command: 'budget',
    book: 0,
    class: 'reducing',
    amount: dollars(9),
    until: (at + 60_000) as Instant,
  } as const;
  say(desk, budget as unknown as Omit<Command, 'by'>);
  stopBook(desk.state, desk.state.books[1] as BookState, 'a test');
  say(desk, { command: 'flatten', reason: 'a storm' } as Omit<Command, 'by'>);
  return desk;
}

const say = (desk: Desk, command: Omit<Command, 'by'>) =>
  desk.take({ kind: 'command', at: desk.state.at, by: 'ann', ...command } as never);

const again = ({ setup, state }: Desk): State => restoreState(setup, saveState(state));

describe('a restart (invariant 27)', () => {
  test('remembers everything, byte for byte', () => {
    const desk = busyDesk();
    expect(stateDigest(again(desk))).toBe(stateDigest(desk.state));
  });

  test.each<[string, (state: State) => unknown]>([
    ['the halt and its reason (F065, invariant 16)', ({ halt, haltReason }) => [halt, haltReason]],
    ['the book that stopped (F066, invariant 20)', ({ books }) => books[1]?.stopped],
    ['the slot that was claimed (F052, invariant 22)', ({ books }) => books[0]?.slotDate],
    ['the orders of the day (invariant 4)', ({ books }) => books[0]?.ordersToday],
    ['the loss marks (F066, invariant 20)', ({ books }) => books[0]?.lossMarks],
    ['what was booked by its id (invariant 8)', ({ activities }) => [...activities]],
    ['orders that are done (F015, invariant 8)', ({ orders }) => [...orders.done.keys()]],
    ['orders without an outcome (invariant 5)', ({ orders }) => [...orders.live.values()]],
    ['what is to be asked about them (F017)', ({ wire }) => wire.asks],
    ['what was sent (F012, invariant 17)', ({ risk }) => risk.sends],
    ['the permissions of a person (invariant 30)', ({ approvals }) => approvals],
    ['the positions under guard (invariant 21)', ({ watch }) => watch.guards],
    ['the emergency exit (F086)', ({ flatten }) => flatten?.phase],
    ['the epoch (invariant 26)', ({ epoch }) => epoch],
  ])('remembers %s', (_, look) => {
    const desk = busyDesk();
    const before = look(desk.state);
    const idle = look(new Desk(desk.setup).state);
    expect(before === 0 || JSON.stringify(before) !== JSON.stringify(idle)).toBe(true);
    expect(look(again(desk))).toEqual(before);
  });
});
