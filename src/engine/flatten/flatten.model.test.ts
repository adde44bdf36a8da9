import fc from 'fast-check';
import { expect, test } from 'vitest';
import { want } from '../desk.fixture.ts';
import { exitIsOver } from './flatten.ts';
import { decide, type Fate, flattened, type FlattenWorld, holding } from './flatten.fixture.ts';
import { wakeAt } from '../step.ts';

test('any exits in any state never raise a position, never leave a short (F086)', () => {
  const fate = fc.constantFrom<Fate>('fill', 'part', 'reject', 'silent', 'lost', 'rest');
  const position = fc.constantFrom(0, 500, 500, 500, 200, 900, -100);
  const plan = fc.constantFrom(want({ A: 0.8 }), want({ A: 0.1, B: 0.1 }), want({}));
  const move = fc.oneof(
    fc.constant(() => (world: FlattenWorld) => void world.flatten()),
    fc.constant(() => (world: FlattenWorld) => world.restart()),
    fc.constant(() => (world: FlattenWorld) => world.fillResting()),
    fc.nat(60_000).map((ms) => () => (world: FlattenWorld) => world.pass(ms)),
    fc.nat(8).map((n) => () => (world: FlattenWorld) => {
      for (let i = 0; i < n; i++) world.deliver();
    }),
    fate.map((one) => () => (world: FlattenWorld) => {
      world.fate = one;
    }),
    fc.constantFrom(0, 1_000, 60_000, 110_000).map((ms) => () => (world: FlattenWorld) => {
      world.lagMs = ms;
    }),
    fc.constant(() => (world: FlattenWorld) => decide(world)),
  );
  fc.assert(
    fc.property(
      position,
      position,
      plan,
      fc.array(move, { maxLength: 40 }),
      (a, c, next, moves) => {
        const world = holding({ A: a, B: 600, C: c }, {}, next);
        world.ledgerLies = a < 500;
        for (const one of moves) one()(world);
        world.flatten();
        world.lagMs = 0;
        world.fate = 'fill';
        world.settle();
        const [record] = flattened(world).slice(-1);
        expect(exitIsOver(world.state)).toBe(true);
        // Where the ledger claims what is not there, the exit is never sure to be flat.
        const flat = record?.outcome === 'flat';
        expect({ flat, left: flat ? world.left : {} }).toEqual({
          flat: flat || !world.ledgerLies,
          left: {},
        });
        expect(wakeAt(world.desk.setup, world.state)).not.toBeNaN();
      },
    ),
    { numRuns: 300 },
  );
});
