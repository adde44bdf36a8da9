import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/base/index.ts';
import type { Entry } from '../../src/engine/index.ts';
import { CRASH_CHOICES, HostileDisk } from '../../src/sim/hostile/index.ts';
import { SimJournal } from './journal.ts';
import { Dead, Life, Timeline } from './timeline.ts';

const entry = (n: number): Entry => ({ at: n as Instant, kind: 'input', body: { n } });
const QUIET = { point: () => {}, durable: () => {} };

const diskOf = (seed: number) => new HostileDisk({ seed, capacity: Number.POSITIVE_INFINITY });
const lifeOf = () => new Life(new Timeline(0 as Instant), 1);
const bodies = (journal: SimJournal) => [...journal.read()].map(({ body }) => body);

describe('the journal on the hostile disk', () => {
  test.each(CRASH_CHOICES)(
    'an unsynced group is there whole or not at all: "%s" (F022)',
    (choice) => {
      for (let seed = 1; seed <= 40; seed++) {
        const disk = diskOf(seed);
        const life = lifeOf();
        const point = (name: string): void => {
          if (name === 'written' && first.head().seq === 2) throw new Dead('here');
        };
        const first: SimJournal = new SimJournal(life, disk, { ...QUIET, point });
        first.append([entry(1), entry(2)]);
        expect(() => first.append([entry(3), entry(4)])).toThrow(Dead);
        disk.crash(choice);
        const after = bodies(new SimJournal(lifeOf(), disk, QUIET));
        expect([2, 4]).toContain(after.length);
        const again = new SimJournal(lifeOf(), disk, QUIET);
        again.append([entry(9)]);
        expect(bodies(new SimJournal(lifeOf(), disk, QUIET))).toEqual([...after, { n: 9 }]);
      }
    },
  );

  test('a changed character anywhere but in the last group is refused (invariant 29)', () => {
    const disk = diskOf(1);
    const journal = new SimJournal(lifeOf(), disk, QUIET);
    for (let n = 1; n <= 3; n++) journal.append([entry(n)]);
    const log = disk.read('log') as string;
    const last = Math.floor((log.length * 2) / 3);
    for (let i = 30; i < last; i += 7) {
      const damaged = diskOf(2);
      const changed = log[i] === '0' ? '1' : '0';
      damaged.append('log', log.slice(0, i) + changed + log.slice(i + 1));
      damaged.syncDirectory();
      const open = () => new SimJournal(lifeOf(), damaged, QUIET).head().seq;
      let found = 0;
      try {
        found = open();
      } catch {
        continue;
      }
      expect(found).toBe(3);
    }
  });

  test('nothing is written for a process that is gone', () => {
    const life = lifeOf();
    const journal = new SimJournal(life, diskOf(1), QUIET);
    life.alive = false;
    expect(() => journal.append([entry(1)])).toThrow(Dead);
  });

  test('a snapshot that is not of this chain is not taken', () => {
    const disk = diskOf(1);
    const journal = new SimJournal(lifeOf(), disk, QUIET);
    journal.append([entry(1)]);
    journal.saveSnapshot(1, '{"a":1}');
    expect(journal.latestSnapshot()).toEqual({ seq: 1, state: '{"a":1}' });
    const text = disk.read('snapshot') as string;
    disk.write('snapshot', text.replace('"a":1', '"a":2'));
    expect(journal.latestSnapshot()).toBeUndefined();
  });
});
