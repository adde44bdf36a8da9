import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CRASH_CHOICES, type CrashChoice, HostileDisk } from './disk.ts';

const make = (seed = 1, capacity = Number.POSITIVE_INFINITY) => new HostileDisk({ seed, capacity });
const writes = fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.boolean()), {
  minLength: 1,
  maxLength: 12,
});
const choice = fc.constantFrom(...CRASH_CHOICES);

/** A file with a name that lasts, and what of it was synced. */
function written(list: readonly (readonly [string, boolean])[], seed: number) {
  const disk = make(seed);
  disk.append('log', '');
  disk.sync('log');
  disk.syncDirectory();
  let [all, synced] = ['', ''];
  for (const [text, syncs] of list) {
    disk.append('log', text);
    all += text;
    if (!syncs) continue;
    disk.sync('log');
    synced = all;
  }
  return { disk, all, synced };
}

describe('a disk with a page cache (F022, F024)', () => {
  test('keeps what was synced, whatever a crash does to the rest', () => {
    fc.assert(
      fc.property(writes, fc.integer(), fc.option(choice), (list, seed, picked) => {
        const { disk, all, synced } = written(list, seed);
        expect(disk.read('log')).toBe(all);
        disk.crash(picked ?? undefined);
        const left = disk.read('log') as string;
        expect(left.startsWith(synced)).toBe(true);
        expect(left.length).toBeLessThanOrEqual(all.length);
        for (let i = 0; i < left.length; i++) expect(['\0', all[i]]).toContain(left[i]);
      }),
      { numRuns: 500 },
    );
  });

  test('what a crash left lasts through the next one', () => {
    fc.assert(
      fc.property(writes, fc.integer(), (list, seed) => {
        const { disk } = written(list, seed);
        disk.crash();
        const left = disk.read('log');
        disk.crash('none');
        expect(disk.read('log')).toBe(left);
      }),
    );
  });

  test.each<[CrashChoice, (left: string) => boolean]>([
    ['none', (left) => left === 'a'],
    ['all', (left) => left === 'abbbbcccc'],
    ['prefix', (left) => ['a', 'abbbb', 'abbbbcccc'].includes(left)],
    ['torn', (left) => 'abbbbcccc'.startsWith(left) && left !== 'abbbbcccc'],
    ['zeros', (left) => ['a\0\0\0\0', 'abbbb\0\0\0\0'].includes(left)],
    ['subset', (left) => ['a', 'abbbb', 'a\0\0\0\0cccc', 'abbbbcccc'].includes(left)],
  ])('a crash that keeps "%s" leaves nothing else', (picked, allowed) => {
    const found = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { disk } = written(
        [
          ['a', true],
          ['bbbb', false],
          ['cccc', false],
        ],
        seed,
      );
      disk.crash(picked);
      const left = disk.read('log') as string;
      expect([left, allowed(left)]).toEqual([left, true]);
      found.add(left);
    }
    const least = { none: 1, all: 1, prefix: 3, torn: 5, zeros: 2, subset: 4 };
    expect(found.size).toBeGreaterThanOrEqual(least[picked]);
  });

  test('a new name lasts only once the directory is synced', () => {
    const disk = make();
    disk.append('log', 'a');
    disk.sync('log');
    disk.crash('none');
    expect(disk.list()).toEqual([]);
  });

  test('a rename replaces whole, now or not at all', () => {
    const left = new Set<string | undefined>();
    for (let seed = 0; seed < 40; seed++) {
      const disk = make(seed);
      disk.write('state', 'old');
      disk.sync('state');
      disk.syncDirectory();
      disk.write('new', 'new');
      disk.sync('new');
      disk.rename('new', 'state');
      expect(disk.read('state')).toBe('new');
      disk.crash('prefix');
      left.add(disk.read('state'));
    }
    expect([...left].sort()).toEqual(['new', 'old']);
  });

  test('a rewrite in place that is not synced may leave neither text', () => {
    const left = new Set<string | undefined>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = make(seed);
      disk.write('state', 'before');
      disk.sync('state');
      disk.syncDirectory();
      disk.write('state', 'after!');
      disk.crash();
      left.add(disk.read('state'));
    }
    expect([...left]).toEqual(expect.arrayContaining(['before', 'after!', '\0\0\0\0\0\0', 'af']));
  });

  test('a file removed is back after a crash before the directory is synced', () => {
    const disk = make();
    disk.append('log', 'a');
    disk.sync('log');
    disk.syncDirectory();
    disk.remove('log');
    expect(disk.read('log')).toBeUndefined();
    disk.crash('none');
    expect(disk.read('log')).toBe('a');
    expect(() => disk.sync('other')).toThrow('No file "other"');
  });

  test('full, it refuses, and nothing of the write is there', () => {
    const disk = make(1, 10);
    disk.append('log', '123456');
    expect(() => disk.append('log', '12345')).toThrow('No space is left');
    expect(disk.read('log')).toBe('123456');
    disk.append('log', '1234');
    const other = make(1, 100);
    other.fill(3);
    expect(() => other.append('log', '1234')).toThrow('No space is left');
    other.append('log', '123');
    expect(other.used).toBe(100);
  });

  test('fails the write and the syncs it was told to', () => {
    const disk = make();
    disk.failWrite(2);
    disk.append('log', 'a');
    expect(() => disk.append('log', 'b')).toThrow('refused a write');
    disk.append('log', 'c');
    disk.syncDirectory();
    disk.failSyncs(1);
    expect(() => disk.sync('log')).toThrow('refused to sync');
    disk.crash('none');
    expect(disk.read('log')).toBe('');
    expect(disk.writes).toBe(3);
  });
});
