import { describe, expect, test } from 'vitest';
import { deskOf, errorsIn, SAMPLE_DESK } from './desk.fixture.ts';
import { formatConfigErrors } from './error.ts';
import { plainOf } from './env.ts';
import { readConfig } from './read.ts';
import { applySets } from './set.ts';

function after(text: string, ...sets: string[]): unknown {
  const read = readConfig(text, 'desk.yaml');
  if (!read.ok) throw new Error(formatConfigErrors(read.error));
  const applied = applySets(read.value, sets);
  if (!applied.ok) return formatConfigErrors(applied.error);
  return JSON.parse(JSON.stringify(plainOf(applied.value, {}).value));
}

describe('a set', () => {
  test.each([
    ['replaces a value', 'a: { b: 1 }', ['a.b=2'], { a: { b: 2 } }],
    ['makes the maps that are missing', 'a: 1', ['b.c.d=x'], { a: 1, b: { c: { d: 'x' } } }],
    ['goes into an empty key', 'a:', ['a.b=1'], { a: { b: 1 } }],
    [
      'goes into a list by position',
      'a: [{ b: 1 }, { b: 2 }]',
      ['a.1.b=3'],
      { a: [{ b: 1 }, { b: 3 }] },
    ],
    ['takes lists and maps in flow form', 'a: 1', ['a=[1, { b: x }]'], { a: [1, { b: 'x' }] }],
    ['takes a quoted key with a dot', 'a: {}', ['a."BRK.B"=x.csv'], { a: { 'BRK.B': 'x.csv' } }],
    ['keeps what follows the first equals sign', 'a: 1', ['a=b=c'], { a: 'b=c' }],
    ['without a value empties the key', 'a: 1', ['a='], { a: null }],
    ['comes after the one before it', 'a: 1', ['a={}', 'a.b=1', 'a.b=2'], { a: { b: 2 } }],
    [
      'leaves the other users of an anchor alone',
      'a: &x { b: 1 }\nc: *x',
      ['c.b=2'],
      { a: { b: 1 }, c: { b: 2 } },
    ],
  ])('%s', (_, text, sets, wanted) => {
    expect(after(text, ...sets)).toEqual(wanted);
  });

  test.each([
    ['no equals sign', 'a', '--set a: found "a", wanted KEY.KEY=VALUE'],
    ['no key', '=1', '--set =1: found "=1", wanted KEY.KEY=VALUE'],
    ['an empty key', 'a..b=1', '--set a..b=1: found "a..b=1", wanted KEY.KEY=VALUE'],
    [
      'the prototype',
      '__proto__.x=1',
      '--set __proto__.x=1: found "__proto__.x=1", wanted KEY.KEY=VALUE',
    ],
    [
      'a way through a value',
      'a.b=1',
      '--set a.b=1: a: found 1, wanted a map or a list to put "b" into',
    ],
    [
      'a position past the end',
      'l.2=1',
      '--set l.2=1: l: found position "2", wanted a position from 0 to 1',
    ],
    [
      'a name as position',
      'l.x=1',
      '--set l.x=1: l: found position "x", wanted a position from 0 to 1',
    ],
    [
      'a tag',
      'a=!!str 1',
      '--set a=!!str 1: found the tag "tag:yaml.org,2002:str", wanted a value without a tag',
    ],
  ])('with %s is refused by its own name', (_, set, message) => {
    expect(after('a: 1\nl: [1, 2]', set)).toBe(message);
  });

  test('with a value that is not YAML is refused by its own name', () => {
    expect(after('a: 1', 'a=[1, 2')).toMatch(/^--set a=\[1, 2: found "\[1, 2"/);
  });

  test('is checked as if it stood in the file', () => {
    const sets = ['books.0.params.slow=3000', 'limits.position_pct_max=0.05', 'books.0.parms.x=1'];
    expect(errorsIn(SAMPLE_DESK, { sets }).map(({ path, key, line }) => [path, key, line])).toEqual(
      [
        ['--set books.0.params.slow=3000', 'books.0.params.slow', null],
        ['--set books.0.parms.x=1', 'books.0.parms', null],
        ['--set limits.position_pct_max=0.05', 'limits.position_pct_max', null],
      ],
    );
  });

  test('changes a parameter of a strategy', () => {
    const origin = deskOf(SAMPLE_DESK, { sets: ['books.0.params.fast=30'] }).books[0]?.origin;
    expect(origin).toMatchObject({ params: { symbol: 'QQQ', fast: 30, slow: 100 } });
  });
});

describe('bars of the command line', () => {
  test('take the place of any data, with the timeframe and adjustment the desk gives', () => {
    const bars = { SPY: '/prices/SPY.csv', QQQ: '/prices/QQQ.csv', SMH: '/prices/SMH.csv' };
    const { data } = deskOf(SAMPLE_DESK, { bars, sets: ['data.SPY.source=here'] });
    const file = { kind: 'file', timeframe: '1d', source: 'file' };
    expect(data['SPY']).toEqual({
      ...file,
      file: '/prices/SPY.csv',
      adjustment: 'raw',
      source: 'here',
    });
    expect(data['QQQ']).toEqual({ ...file, file: '/prices/QQQ.csv', adjustment: 'all' });
    expect(data['SMH']).toEqual({ ...file, file: '/prices/SMH.csv', adjustment: 'raw' });
  });

  test('are relative to the working directory, not to the desk', () => {
    const { data } = deskOf(SAMPLE_DESK, { path: '/desks/a/desk.yaml', bars: { SPY: 'x.csv' } });
    expect(data['SPY']).toMatchObject({ file: `${process.cwd()}/x.csv` });
  });

  test('for something that is no symbol are refused by their own name', () => {
    expect(formatConfigErrors(errorsIn(SAMPLE_DESK, { bars: { spy: 'x.csv' } }))).toBe(
      '--bars spy=x.csv: data.spy: found "spy", wanted a symbol in capital letters such as ' +
        '"QQQ" or "BRK.B"; did you mean "SPY"?',
    );
  });
});
