import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaint, filesBelow, functionsOf, lineAt, read, ROOT, scan } from './source.ts';

const FUNCTION_LINES_MAX = 60;
const FILE_LINES_MAX = 400;
const COLUMNS_MAX = 100;
const BASE_FILES_MAX = 8;
/** Files that are one table of data, and so may be longer. */
const DATA_TABLES: readonly string[] = [];

const CODE = /\.(?:ts|tsx|mjs|js)$/;
const FOLDERS = ['src', 'test', 'bench', 'examples', 'scripts'];
const paths = FOLDERS.flatMap((folder) => filesBelow(folder, CODE));
const isTest = (path: string) => path.startsWith('test/') || /\.(?:test|fixture)\./.test(path);
const sources = paths.map((path) => ({ path, text: read(path), ...scan(read(path)) }));

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** Lines, counted from 1, of statements whose last line says that they are not formatted. */
function tableLines(text: string, code: string): Set<number> {
  const exempt = new Set<number>();
  linesOf(text).forEach((line, i) => {
    if (!line.endsWith('// prettier-ignore')) return;
    let from = i;
    const indent = /^\s*/.exec(line)?.[0].length ?? 0;
    const within = (n: number) => (code.split('\n')[n]?.search(/\S/) ?? -1) > indent;
    if (/^\s*[}\])]/.test(line)) while (from > 0 && within(from - 1)) from--;
    for (let n = from; n <= i; n++) exempt.add(n + 1);
  });
  return exempt;
}

function longLines(path: string, text: string, code: string): string[] {
  const exempt = tableLines(text, code);
  return linesOf(text).flatMap((line, i) =>
    line.length > COLUMNS_MAX && !exempt.has(i + 1)
      ? [complaint(path, i + 1, `${line.length} columns`, `at most ${COLUMNS_MAX}`)]
      : [],
  );
}

function matches(path: string, text: string, pattern: RegExp, wanted: string): string[] {
  return [...text.matchAll(pattern)].map((match) =>
    complaint(path, lineAt(text, match.index), `"${match[0].trim()}"`, wanted),
  );
}

const MARKERS = /\b(?:TODO|FIXME|XXX|HACK)\b/g;
const ONLY = /\b(?:describe|test|it|suite|bench)(?:\.\w+)*\.only\b/g;
const MACHINE = /(?<![\w.:/-])\/(?:work|home|Users|root|tmp)\/\w+|\b[A-Z]:\\{1,2}\w+/g;

describe('tidy', () => {
  test('there is code to look at', () => expect(paths).toContain('src/base/money.ts'));

  test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
    const wrong = sources
      .filter(({ path }) => !isTest(path))
      .flatMap(({ path, code }) =>
        functionsOf(code)
          .map(({ name, from, to }) => ({ name, from, lines: to - from + 1 }))
          .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
          .map(({ name, from, lines }) => {
            const wanted = `at most ${FUNCTION_LINES_MAX}`;
            return complaint(path, from, `${lines} lines of "${name}"`, wanted);
          }),
      );
    expect(wrong).toEqual([]);
  });

  test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
    const wrong = sources
      .filter(({ path }) => !DATA_TABLES.includes(path))
      .map(({ path, text }) => ({ path, lines: linesOf(text).length }))
      .filter(({ lines }) => lines > FILE_LINES_MAX)
      .map(({ path, lines }) =>
        complaint(path, lines, `${lines} lines`, `at most ${FILE_LINES_MAX}`),
      );
    expect(wrong).toEqual([]);
  });

  test(`no line is longer than ${COLUMNS_MAX} columns`, () => {
    expect(sources.flatMap(({ path, text, code }) => longLines(path, text, code))).toEqual([]);
  });

  test('no marker of unfinished work stands in a comment', () => {
    const wrong = sources.flatMap(({ path, text, comments }) =>
      comments.flatMap(({ start, text: comment }) =>
        [...comment.matchAll(MARKERS)].map((match) =>
          complaint(path, lineAt(text, start + match.index), `"${match[0]}"`, 'an issue'),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('no test runs alone', () => {
    expect(sources.flatMap(({ path, code }) => matches(path, code, ONLY, 'all tests'))).toEqual([]);
  });

  test('no path of one machine is in the code', () => {
    const wrong = sources
      .filter(({ path }) => path !== 'test/tidy.test.ts')
      .flatMap(({ path, text }) => matches(path, text, MACHINE, 'a relative path'));
    expect(wrong).toEqual([]);
  });

  test('every dependency has one exact version', () => {
    type Manifest = Record<string, Record<string, string> | undefined>;
    const manifest = JSON.parse(read('package.json')) as Manifest;
    const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
    const loose = groups
      .flatMap((group) => Object.entries(manifest[group] ?? {}))
      .filter(([, version]) => !/^(?:npm:@?[\w./-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([name, version]) => `package.json: "${name}" is "${version}", wanted one version`);
    expect(loose).toEqual([]);
  });

  test(`base has at most ${BASE_FILES_MAX} files`, () => {
    const base = paths.filter((path) => path.startsWith('src/base/') && !isTest(path));
    expect(base.length).toBeLessThanOrEqual(BASE_FILES_MAX);
  });

  test('every file that may be longer is still there', () => {
    expect(DATA_TABLES.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

const columns = (text: string) => longLines('x.ts', text, scan(text).code).length;

describe('the rules themselves', () => {
  const long = `  ${'a'.repeat(COLUMNS_MAX)},`;

  test('a long line is found unless it is in a table with the mark at its end', () => {
    expect(columns(`const a = [\n${long}\n];\n`)).toBe(1);
    expect(columns(`const a = [\n${long}\n]; // prettier-ignore\n`)).toBe(0);
    expect(columns(`${long}\nconst a = [\n${long}\n]; // prettier-ignore\n`)).toBe(1);
    expect(columns(`const a = ${'b'.repeat(COLUMNS_MAX)}; // prettier-ignore\n`)).toBe(0);
  });

  test.each([
    ["read('/home/me/data')", 1],
    ["read('C:\\\\data')", 1],
    ["fetch('https://example.org/home/page')", 0],
    ["join(folder, 'home/page')", 0],
  ])('machine paths in %s', (text, count) => {
    expect(matches('x.ts', text, MACHINE, '')).toHaveLength(count);
  });

  test('a test that runs alone is found', () => {
    const alone = ['test', 'only'].join('.');
    expect(matches('x.ts', `${alone}('a', f);`, ONLY, '')).toHaveLength(1);
    expect(matches('x.ts', 'state.only(a);', ONLY, '')).toHaveLength(0);
  });
});
