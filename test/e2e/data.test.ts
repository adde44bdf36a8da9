import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  cli,
  copyExample,
  done,
  edit,
  type Json,
  linesOf,
  refused,
  scratch,
  told,
} from './cli.fixture.ts';
import { dailyCsv } from './csv.fixture.ts';

const folder = scratch('data');
const desk = copyExample('hierarchical-adaptive', join(folder, 'desk'));
const at = (name: string): string => join(folder, name);

const SERIES = ['--symbol', 'SPY', '--adjustment', 'all', '--source', 'mine'];

let dates: string[] = [];
let lines: readonly string[] = [];

beforeAll(async () => {
  const equity = at('equity.jsonl');
  await told(['backtest', desk, '--to', '2010-12-31', '--equity', equity]);
  dates = linesOf(equity).map((one) => one['date'] as string);
  ({ lines } = dailyCsv(at('SPY.csv'), dates, 11));
  writeFileSync(at('SPY.csv.gz'), gzipSync(`${lines.join('\n')}\n`));
  const rows = lines.slice(1).map((line) => line.split(','));
  const names = (lines[0] as string).split(',');
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(row.map((x, i) => [names[i], i === 0 ? x : Number(x)]))),
  );
  writeFileSync(at('SPY.jsonl'), `${objects.join('\n')}\n`);
  const { imported } = await importing('first', at('SPY.csv'), ...SERIES);
  cpSync(imported[0]?.['path'] as string, at('stored.parquet'));
});

interface Imported {
  readonly imported: readonly Json[];
}

const importing = (store: string, ...args: readonly string[]): Promise<Imported> =>
  told<Imported>(['data', 'import', ...args, '--root', at(store)]);

const listed = async (store: string): Promise<readonly Json[]> =>
  (await told<{ series: Json[] }>(['data', 'list', '--root', at(store)])).series;

const contentOf = async (store: string): Promise<unknown[]> =>
  (await listed(store)).map(({ meta }) => (meta as Json)['contentHash']);

describe.concurrent('data import', () => {
  test('takes CSV, CSV.gz, JSONL and Parquet in, all to the same series', async () => {
    const [first] = (await importing('csv', at('SPY.csv'), ...SERIES)).imported;
    expect(first).toMatchObject({
      symbol: 'SPY',
      timeframe: '1d',
      source: 'mine',
      adjustment: 'all',
      added: dates.length,
      length: dates.length,
    });
    const parquet = first?.['path'] as string;
    expect(parquet).toMatch(/mine\/all\/1d\/SPY\.parquet$/);
    await Promise.all([
      importing('gzip', at('SPY.csv.gz'), ...SERIES),
      importing('jsonl', at('SPY.jsonl'), ...SERIES),
      importing('parquet', parquet, ...SERIES),
    ]);
    const [content, ...others] = await Promise.all(
      ['csv', 'gzip', 'jsonl', 'parquet'].map(contentOf),
    );
    expect(content).toHaveLength(1);
    for (const other of others) expect(other).toEqual(content);
    const again = await importing('csv', at('SPY.csv'), ...SERIES);
    expect(again.imported).toMatchObject([{ added: 0, kept: dates.length, replaced: 0 }]);
  });

  test('what was taken in trades as the file did', async () => {
    const place = copyExample('hierarchical-adaptive', at('stored'));
    const root = join('stored', 'data');
    await importing(root, at('SPY.csv'), '--symbol', 'QQQ', '--adjustment', 'all');
    const to = ['--to', '2010-12-31'];
    const byFile = await told(['backtest', place, '--bars', `QQQ=${at('SPY.csv')}`, ...to]);
    const store = '{ store: { source: file, adjustment: all } }';
    edit(join(place, 'desk.yaml'), /QQQ:\n(?: {4}.*\n)+/, `QQQ: ${store}\n`);
    const byStore = await told(['backtest', place, ...to]);
    expect(byStore['digest']).toBe(byFile['digest']);
  });

  test.each([
    ['another adjustment', ['--symbol', 'SPY', '--source', 'mine', '--adjustment', 'splits']],
    ['another source', ['--symbol', 'SPY', '--source', 'yours', '--adjustment', 'all']],
    ['another symbol', ['--symbol', 'QQQ', '--source', 'mine', '--adjustment', 'all']],
  ])('does not mix a series with %s', async (what, args) => {
    const path = at('stored.parquet');
    const store = at(`mixed ${what}`);
    const message = await refused(['data', 'import', path, ...args, '--root', store], 2);
    expect(message).toContain(`File "${path}": its ${what.split(' ')[1]} is`);
    expect(existsSync(store)).toBe(false);
  });

  test('does not replace a row that differs unless it is told to', async () => {
    await importing('differing', at('SPY.csv'), ...SERIES);
    const before = await contentOf('differing');
    const other = at('SPY-other.csv');
    writeFileSync(other, `${lines.join('\n')}\n`);
    edit(other, /^(2010-03-01,[^,]*),[^,]*/m, '$1,500.00');
    const args = ['data', 'import', other, ...SERIES, '--root', at('differing')];
    expect(await refused(args, 2)).toMatch(/1 rows differ .* 2010-03-01, high was/);
    expect(await contentOf('differing')).toEqual(before);
    const { imported } = await importing('differing', other, ...SERIES, '--replace');
    expect(imported).toMatchObject([{ added: 0, kept: dates.length - 1, replaced: 1 }]);
    expect(await contentOf('differing')).not.toEqual(before);
  });
});

/** The lines of a sound file with the tenth row replaced. */
const withTenth = (replace: (cells: string[]) => string[]): string =>
  [
    ...lines.slice(0, 10),
    replace((lines[10] as string).split(',')).join(','),
    ...lines.slice(11),
  ].join('\n');

describe.concurrent('a bad file is refused by row and column, nothing is half imported', () => {
  test.each([
    ['a row cut short', (c: string[]) => c.slice(0, 4), /row 11: found 4 columns, wanted 6/],
    [
      'a price of zero',
      ([d, , ...c]: string[]) => [d!, '0', ...c],
      /row 11, column "open": found "0"/,
    ],
    [
      'a price that is no number',
      ([d, ...c]: string[]) => [d!, 'NaN', ...c.slice(1)],
      /row 11, col/,
    ],
    [
      'a date that does not exist',
      ([, ...c]: string[]) => ['2010-02-30', ...c],
      /row 11, column "date"/,
    ],
    [
      'time that goes back',
      ([, ...c]: string[]) => ['2009-12-01', ...c],
      /row 11, .* wanted a time after/,
    ],
  ])('%s', async (name, replace, tells) => {
    const [file, store] = [at(`${name}.csv`), `store of ${name}`];
    writeFileSync(file, withTenth(replace));
    const args = ['data', 'import', at('SPY.csv'), file, '--symbol', 'SPY', '--root', at(store)];
    const message = await refused(args, 2);
    expect(message).toContain(`File "${file}"`);
    expect(message).toMatch(tells);
    expect(existsSync(at(store)) ? readdirSync(at(store)) : []).toEqual([]);
  });

  test('a backtest on such a file is refused as well', async () => {
    const file = at('zero.csv');
    writeFileSync(
      file,
      withTenth(([date, , ...rest]) => [date!, '0', ...rest]),
    );
    const bars = ['backtest', desk, '--bars', `QQQ=${file}`, '--json'];
    const message = await refused(bars, 2);
    expect(message).toContain(`File "${file}", row 11, column "open": found "0"`);
  });

  test.each([
    ['cut.csv.gz', () => gzipSync(lines.join('\n')).subarray(0, 2_000), 'cut off before its end'],
    ['header.csv', () => lines.join('\n').replace('open', 'opne'), 'no column "open"'],
    ['empty.csv', () => '', 'is empty'],
    ['torn.jsonl', () => '{"date":"2010-01-04","open":1', 'row 1: the line is not one whole JSON'],
    ['no.parquet', () => 'PAR1 and then nothing', 'no.parquet'],
  ])('%s', async (name, content, tells) => {
    const file = at(name);
    writeFileSync(file, content());
    const message = await refused(
      ['data', 'import', file, '--symbol', 'SPY', '--root', at('none')],
      2,
    );
    expect(message).toContain(`File "${file}"`);
    expect(message).toContain(tells);
    expect(existsSync(at('none'))).toBe(false);
  });

  test('a stored file that was altered is not read', async () => {
    const { imported } = await importing('altered', at('SPY.csv'), '--symbol', 'SPY');
    const path = imported[0]?.['path'] as string;
    const bytes = readFileSync(path);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    for (const name of readdirSync(join(path, '..'))) {
      if (name.endsWith('.columns')) rmSync(join(path, '..', name));
    }
    const message = await refused(['data', 'check', '--root', at('altered')], 2);
    expect(message).toContain('its content is not what was written');
  });
});

/** Verdict and findings of one file. */
const check = async (file: string, ...args: readonly string[]) => {
  const { code, out } = await cli('data', 'check', file, '--symbol', 'SPY', ...args, '--json');
  const [one] = (JSON.parse(out) as { checks: Json[] }).checks;
  const findings = one?.['findings'] as Json[];
  return { code, verdict: one?.['verdict'], findings };
};

const tenfold = (cells: string[]): string[] =>
  cells.map((cell, i) => (i > 0 && i < 5 ? (Number(cell) * 10).toFixed(2) : cell));

describe.concurrent('data check', () => {
  test('finds nothing wrong with sound bars', async () => {
    expect(await check(at('SPY.csv'))).toMatchObject({ code: 0, verdict: 'sound' });
  });

  test('finds sessions without a bar, and tells which', async () => {
    const file = at('gap.csv');
    writeFileSync(file, [...lines.slice(0, 41), ...lines.slice(46)].join('\n'));
    const { code, findings } = await check(file);
    expect(code).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: 'missing-sessions',
        from: dates[40],
        to: dates[44],
        count: 5,
      }),
    );
    expect((await cli('data', 'check', file, '--symbol', 'SPY')).out).toContain(
      '5 sessions have no bar',
    );
  });

  test('finds a split nobody adjusted for, where the data claims to be adjusted', async () => {
    const file = at('split.csv');
    const halved = lines.slice(101).map((line) => {
      const [date, open, high, low, close, volume] = line.split(',');
      return [date, ...[open, high, low, close].map((x) => (Number(x) / 2).toFixed(2)), volume];
    });
    writeFileSync(file, [...lines.slice(0, 101), ...halved.map((row) => row.join(','))].join('\n'));
    const adjusted = await check(file, '--adjustment', 'splits');
    expect(adjusted.code).toBe(1);
    expect(adjusted.findings).toContainEqual(
      expect.objectContaining({ kind: 'split', severity: 'error', from: dates[100] }),
    );
    const raw = await check(file, '--adjustment', 'raw');
    expect(raw.findings).toContainEqual(
      expect.objectContaining({ kind: 'split', severity: 'note' }),
    );
  });

  test('finds a price out of all proportion', async () => {
    const file = at('spike.csv');
    writeFileSync(file, withTenth(tenfold));
    const { findings } = await check(file);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'outlier', from: dates[9] }));
  });

  test('looks at the whole store where no file is named', async () => {
    await importing('whole', at('SPY.csv'), '--symbol', 'SPY');
    await importing('whole', at('SPY.csv'), '--symbol', 'QQQ', '--source', 'mine');
    const out = await done(['data', 'check', '--root', at('whole')]);
    expect(out.match(/^\w+ 1d, source \w+/gm)).toHaveLength(2);
    const list = await done(['data', 'list', '--root', at('whole')]);
    expect(list).toMatch(/QQQ +1d +mine/);
    expect(await done(['data', 'list', '--root', at('nothing')])).toContain('Nothing in');
  });
});
