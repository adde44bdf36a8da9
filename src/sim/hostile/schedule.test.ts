import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../base/index.ts';
import { Schedule } from './schedule.ts';

type Act =
  | { readonly kind: 'add'; readonly at: number }
  | { readonly kind: 'take'; readonly until: number }
  | { readonly kind: 'drop'; readonly nth: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const), until: fc.nat(25) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), nth: fc.nat(9) }) },
  ),
  { maxLength: 80 },
);

describe('a schedule', () => {
  test('gives what a sorted list would, equals in the order of adding', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const schedule = new Schedule<number>();
        const model: { at: number; ticket: number }[] = [];
        const [taken, wanted]: (number | undefined)[][] = [[], []];
        list.forEach((act) => {
          model.sort((a, b) => a.at - b.at || a.ticket - b.ticket);
          if (act.kind === 'add') {
            const ticket = schedule.add(act.at as Instant, act.at);
            model.push({ at: act.at, ticket });
          } else if (act.kind === 'drop') {
            const [dropped] = model.splice(act.nth, 1);
            if (dropped) schedule.drop(dropped.ticket);
          } else {
            const first = model[0] && model[0].at <= act.until ? model.shift() : undefined;
            wanted?.push(first?.ticket);
            taken?.push(schedule.take(act.until as Instant)?.ticket);
          }
          model.sort((a, b) => a.at - b.at || a.ticket - b.ticket);
          expect(schedule.size).toBe(model.length);
          expect(schedule.nextAt()).toBe(model[0]?.at);
        });
        expect(taken).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  test('is empty once it is cleared', () => {
    const schedule = new Schedule<string>();
    schedule.add(3 as Instant, 'a');
    schedule.clear();
    expect([schedule.size, schedule.nextAt(), schedule.take()]).toEqual([0, undefined, undefined]);
  });

  test('takes hundreds of thousands of events in their order', () => {
    const schedule = new Schedule<null>();
    for (let i = 0; i < 200_000; i++) schedule.add(((i * 7919) % 100_003) as Instant, null);
    let last = -1;
    for (let next = schedule.take(); next !== undefined; next = schedule.take()) {
      if (next.at < last) throw new Error(`"${next.at}" came after "${last}"`);
      last = next.at;
    }
    expect(last).toBe(100_002);
  });
});
