import { describe, expect, test } from 'vitest';
import { read } from '../source.ts';
import { plant } from './bug.ts';
import { BUGS } from './table.ts';

const BUGS_MIN = 50;

describe('the table of planted bugs', () => {
  test.each(BUGS.map((bug) => [bug.name, bug] as const))(
    '"%s" still has its one place in the source',
    (_, bug) => {
      const text = read(bug.file);
      expect(plant(text, bug)).not.toBe(text);
    },
  );

  test(`has ${BUGS_MIN} rows or more, each of its own name, about what it breaks`, () => {
    expect(BUGS.length).toBeGreaterThanOrEqual(BUGS_MIN);
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
    const vague = BUGS.filter(({ about }) => !/\bF\d{3}\b|\binvariants? \d/.test(about));
    expect(vague).toEqual([]);
  });

  test('a row whose text is gone, or is there twice, no longer applies', () => {
    const [bug] = BUGS;
    if (bug === undefined) throw new Error('the table is empty');
    expect(() => plant('', bug)).toThrow('no longer applies');
    expect(() => plant(bug.find + bug.find, bug)).toThrow('"2" times');
  });
});
