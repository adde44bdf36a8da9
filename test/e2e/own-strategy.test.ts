import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../source.ts';
import {
  cli,
  done,
  edit,
  type Json,
  recordsOf,
  refused,
  scratch,
  textOf,
  told,
} from './cli.fixture.ts';

const folder = scratch('own');
const desk = join(folder, 'my-desk');
const strategy = (place: string) => join(place, 'strategies/my-strategy.ts');
const HALF_YEAR = ['--from', '2014-01-02', '--to', '2014-06-30'];

beforeAll(async () => {
  await done(['init', desk]);
});

/** A copy of the new desk. */
function another(name: string): string {
  const place = join(folder, name);
  cpSync(desk, place, { recursive: true });
  return place;
}

/** Puts a statement at the beginning of what is asked at each slot; `n` counts the questions. */
function sabotage(file: string, statement: string): void {
  edit(file, 'create(p, tools) {', 'create(p, tools) {\n    let n = 0;');
  edit(file, 'decide(view) {', `decide(view) {\n        n++;\n        ${statement}`);
}

const halfYear = (place: string): string[] => ['run', place, '--stage', 'paper', ...HALF_YEAR];

const notesOf = (out: string): string[] =>
  out.split('\n').filter((line) => line.startsWith('! Book'));

describe.concurrent('a new desk', () => {
  test('is not written into a folder that holds something', async () => {
    const full = join(folder, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'mine.txt'), 'mine');
    expect(await refused(['init', full], 2)).toContain('is not empty');
    expect(await refused(['init', desk], 2)).toContain('is not empty');
    expect(existsSync(join(full, 'desk.yaml'))).toBe(false);
  });

  test('is written into an empty folder, whatever its name', async () => {
    const empty = join(folder, 'My first_Desk');
    mkdirSync(empty);
    await done(['init', empty]);
    expect(await done(['check', empty])).toContain('sound');
  });

  test('backtests, checks and runs as it is, on real prices', async () => {
    const [tested, checked, ran] = await Promise.all([
      told(['backtest', desk]),
      done(['check', desk]),
      told(['run', another('ran'), '--stage', 'paper', '--from', '2018-04-02']),
    ]);
    expect(tested).toMatchObject({ days: 1260, finalEquity: expect.stringMatching(/^\d+\.\d+$/) });
    expect(checked).toContain('= $');
    expect(ran).toMatchObject({ days: 30 });
  });

  test("type-checks in the owner's editor, with the project that init wrote", () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', join(desk, 'strategies'), '--pretty', 'false'];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  test('type-checks no mistake', () => {
    const wrong = another('mistaken');
    edit(strategy(wrong), 'fast.update(bar.close);', 'fast.update(bar.clsoe);');
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', join(wrong, 'strategies'), '--pretty', 'false'];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stdout).toContain("Property 'clsoe' does not exist");
  });
});

describe.concurrent('a strategy that misbehaves stops its book, with the reason', () => {
  const throwing = `if (n === 100) throw new Error('no more of this');`;

  test.each([
    ['throws', throwing, 'no more of this'],
    ['answers NaN', `if (n === 100) return rebalance({ AAPL: Number.NaN }, 'x');`, 'NaN'],
    ['answers a symbol it does not trade', `if (n === 100) return rebalance({ X: 1 }, 'x');`, 'X'],
  ])('one that %s', async (name, statement, reason) => {
    const place = another(`bad ${name}`);
    sabotage(strategy(place), statement);
    const { code, out, err } = await cli('backtest', place);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(notesOf(out)).toEqual([expect.stringMatching(/^! Book "trend" stopped: its strategy /)]);
    expect(notesOf(out)[0]).toContain(reason);
    expect(out).toMatch(/^Decisions +99$/m);
  });

  test('another book of the desk goes on, and the desk ends well', async () => {
    const place = another('two');
    cpSync(strategy(place), join(place, 'strategies/bad.ts'));
    sabotage(join(place, 'strategies/bad.ts'), throwing);
    edit(join(place, 'desk.yaml'), 'capital_pct: 100', 'capital_pct: 50');
    const book = /books:.*\n([^]*?)\nlimits:/.exec(textOf(place, 'desk.yaml'))?.[1] ?? '';
    const second = book
      .replace('name: trend', 'name: bad')
      .replace('strategies/my-strategy.ts', 'strategies/bad.ts');
    edit(join(place, 'desk.yaml'), book, `${book.trimEnd()}\n${second}`);

    const tested = await done(['backtest', place]);
    expect(notesOf(tested)).toEqual([
      '! Book "bad" stopped: its strategy failed to decide: no more of this',
    ]);
    const ran = await done(halfYear(place));
    expect(ran).toContain('CRITICAL Book "bad" stopped');
    const decided = recordsOf(place, 'decision').map(
      ({ body }) => (body['record'] as Json)['book'],
    );
    expect(decided.filter((one) => one === 'bad')).toHaveLength(99);
    expect(decided.filter((one) => one === 'trend')).toHaveLength(124);
    const { books } = await told<{ books: Json[] }>(['status', place]);
    expect(books).toMatchObject([
      { name: 'trend', stopped: null },
      { name: 'bad', stopped: expect.stringContaining('no more of this') },
    ]);
    expect(await told(['replay', place])).toMatchObject({ ok: true });
  });

  test.each([
    [
      'a syntax error',
      'fast.update(bar.close);',
      'fast.update((bar.close;',
      /my-strategy\.ts.?:?62\b/,
    ],
    [
      'an import that is not there',
      "from 'plimsoll'",
      "from './gone.ts'",
      /my-strategy\.ts.?:?9\b/,
    ],
    [
      'no strategy in it',
      'export default defineStrategy',
      'const mine = defineStrategy',
      'exports no',
    ],
    ['a failure when it is loaded', 'const params =', 'null!.x;\nconst params =', 'my-strategy.ts'],
  ])('one with %s is refused with its file', async (name, from, to, message) => {
    const place = another(`refused ${name}`);
    edit(strategy(place), from, to);
    const text = await refused(['backtest', place], 2);
    expect(text).toContain(strategy(place));
    expect(text).toMatch(message);
  });
});

const hashed = join(folder, 'hashed');

describe('the code that decided', () => {
  test('is in the journal by the hash of its content', async () => {
    another('hashed');
    await told(halfYear(hashed));
    const [first] = recordsOf(hashed, 'start');
    expect(first?.body['strategies']).toEqual({
      'strategies/my-strategy.ts': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await told(['replay', hashed])).toMatchObject({ ok: true });
  });

  test('when it changed, replay tells where it first differs', async () => {
    edit(strategy(hashed), 'Math.floor(most * 10) / 10', 'Math.floor(most * 5) / 5');
    const { code, out } = await cli('replay', hashed, '--json');
    expect(code).toBe(1);
    const { ok, difference } = JSON.parse(out) as { ok: boolean; difference: Json };
    expect(ok).toBe(false);
    const decisions = recordsOf(hashed, 'decision');
    const differing = decisions.find(({ seq }) => seq === difference['seq']);
    expect(differing?.body['record']).toMatchObject({ date: difference['date'] });
    expect(difference['found']).not.toBe(difference['wanted']);
    expect((await cli('replay', hashed)).out).toContain(
      `First difference at record ${String(difference['seq'])}, ${String(difference['date'])}`,
    );
  });

  test('when it changed, a run puts the journal aside and begins anew (invariant 27)', async () => {
    const [changed, anew] = [another('changed'), another('anew')];
    const before = await told(halfYear(changed));
    for (const desk of [changed, anew]) {
      edit(strategy(desk), 'Math.floor(most * 10) / 10', 'Math.floor(most * 10) / 20');
    }
    const [after, fresh] = await Promise.all([told(halfYear(changed)), told(halfYear(anew))]);
    expect(after).toEqual(fresh);
    expect(after['digest']).not.toBe(before['digest']);
    const [archive] = readdirSync(join(changed, 'archive'));
    const file = join(changed, 'archive', archive as string, 'plimsoll.db');
    expect(await told(['journal', 'verify', file])).toMatchObject({ ok: true });
  });
});
