import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaint, filesBelow, lineAt, read, ROOT, type Scanned, scan } from './source.ts';

const ROOMS = [
  ['base', 'market', 'orders', 'ledger', 'strategy', 'strategies', 'portfolio', 'risk'],
  ['engine', 'views', 'sim', 'research', 'proof', 'adapters', 'apps'],
].flat();
const WORLDLY = new Set(['adapters', 'apps']);
/** Folders of these rooms stand alone; the others' folders are a matter of their room. */
const APART: Readonly<Record<string, readonly string[] | 'all'>> = {
  adapters: 'all',
  apps: ['cli', 'daemon', 'terminal', 'web'],
};
const NODE_ALLOWED: Readonly<Record<string, string>> = { 'src/base/canonical.ts': 'node:crypto' };
const NPM_ALLOWED: Readonly<Record<string, string>> = { strategy: 'zod', strategies: 'zod' };
const NAMES_PROMISES = 'src/engine/ports.ts';
const DOCSTRING_LINES_MAX = 15;

/** What a room without a world may not say, and what it says instead. */
const WORLD: readonly (readonly [RegExp, string])[] = [
  [/\bDate\s*\.\s*now\b/g, 'an instant that came in'],
  [/\bnew\s+Date\b(?:\s*\(\s*\)|(?!\s*\())/g, 'an instant that came in'],
  [/(?<!\bnew\s+)(?<![\w.])Date\s*\(/g, 'an instant that came in'],
  [/\bMath\s*\.\s*random\b/g, 'a seeded generator that came in'],
  [/\b(?:randomUUID|getRandomValues|randomBytes)\b/g, 'a seeded generator that came in'],
  [/\bperformance\s*\.\s*now\b/g, 'no measuring of time'],
  [/\b(?:async|await)\b/g, 'a synchronous function'],
  [/\bPromise\b/g, 'a synchronous function'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b/g, 'an effect'],
  [/(?<![\w.])fetch\s*\(/g, 'an effect'],
  [/(?<![\w.])process\s*\./g, 'a parameter'],
  [/(?<![\w.])console\s*\./g, 'an effect'],
  [/\.getTimezoneOffset\b/g, 'the exchange’s wall clock of market'],
  [/\.[gs]et(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds)\s*\(/g, 'the UTC form'],
  [/\.toLocale\w*\s*\(|(?<![\w.])Intl\s*\./g, 'text that is the same on every host'],
];

interface Source extends Scanned {
  readonly path: string;
  readonly room: string;
  readonly test: boolean;
}

const isTest = (path: string) => /\.(?:test|fixture)\.tsx?$/.test(path);

const sources: Source[] = filesBelow('src', /\.tsx?$/).map((path) => ({
  path,
  room: path.split('/')[1] as string,
  test: isTest(path),
  ...scan(read(path)),
}));

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** What a source imports or re-exports, at its top or later. */
function importsOf({ code, strings }: Scanned): Import[] {
  const found: Import[] = [];
  for (const { start, text } of strings) {
    const before = code.slice(Math.max(0, start - 40), start);
    const imports = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*$/.test(before);
    if (imports) found.push({ specifier: text, line: lineAt(code, start) });
  }
  return found;
}

/** What is wrong with a relative import; undefined when it is as it should be. */
function wrongImport(path: string, specifier: string): string | undefined {
  const target = normalize(join(dirname(path), specifier));
  const [, from, fromFolder] = path.split('/') as [string, string, string];
  const [top, to, toFolder, ...deeper] = target.split('/') as [string, string, string, ...string[]];
  if (top !== 'src') return 'a file below src';
  if (!/\.(?:ts|tsx|json|css)$/.test(specifier)) return 'a specifier that ends in .ts';
  if (from === to) {
    const apart = APART[from];
    const divided = apart === 'all' ? deeper.length > 0 : apart?.includes(toFolder);
    const other = divided && toFolder !== fromFolder && path.split('/').length > 3;
    const inside = apart === 'all' || apart?.includes(fromFolder);
    return other && inside
      ? `no import of ${from}/${toFolder}: its folders stand apart`
      : undefined;
  }
  if (ROOMS.indexOf(to) > ROOMS.indexOf(from)) return `a room to the left of ${from}`;
  const door = [toFolder, ...deeper].join('/');
  if (door === 'index.ts' || (to === 'adapters' && deeper.join('/') === 'index.ts')) return;
  return `the door ${to}/index.ts`;
}

/** What is wrong with the import of a package or of node's own module in a room without a world. */
function wrongPackage({ path, room, test }: Source, specifier: string): string | undefined {
  if (WORLDLY.has(room) || test) return undefined;
  if (specifier.startsWith('node:')) {
    return NODE_ALLOWED[path] === specifier ? undefined : 'no module of node in a pure room';
  }
  return NPM_ALLOWED[room] === specifier ? undefined : 'no package in a pure room';
}

describe('the rooms', () => {
  test('src has only the fifteen rooms', () => {
    const strangers = new Set(sources.map(({ room }) => room).filter((r) => !ROOMS.includes(r)));
    expect([...strangers]).toEqual([]);
  });

  test('a room imports rooms to its left only, through their door', () => {
    const wrong = sources.flatMap(({ path, ...scanned }) =>
      importsOf(scanned).flatMap(({ specifier, line }) => {
        const wanted = specifier.startsWith('.') ? wrongImport(path, specifier) : undefined;
        return wanted ? [complaint(path, line, `import of "${specifier}"`, wanted)] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('a pure room imports no package and nothing of node, but for what is named', () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source).flatMap(({ specifier, line }) => {
        const wanted = specifier.startsWith('.') ? undefined : wrongPackage(source, specifier);
        return wanted ? [complaint(source.path, line, `import of "${specifier}"`, wanted)] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('a pure room has no clock, no randomness, no waiting and no world', () => {
    const pure = sources.filter(({ room, test }) => !WORLDLY.has(room) && !test);
    const wrong = pure.flatMap(({ path, code }) => worldly(code, path));
    expect(wrong).toEqual([]);
  });

  test('every room that exists has a door that opens with its page', () => {
    const wrong = [...new Set(sources.map(({ room }) => room))].flatMap((room) => {
      const path = `src/${room}/index.ts`;
      const hasCode = sources.some((s) => s.room === room && !s.test);
      if (!hasCode) return [];
      if (!existsSync(join(ROOT, path))) return [complaint(path, 1, 'nothing', 'a door')];
      const page = /^\/\*\*[\s\S]*?\*\//.exec(read(path))?.[0];
      if (!page) return [complaint(path, 1, 'no docstring', 'a page about the room')];
      const lines = page.split('\n').length;
      const wanted = `at most ${DOCSTRING_LINES_MAX}`;
      return lines > DOCSTRING_LINES_MAX ? [complaint(path, 1, `${lines} lines`, wanted)] : [];
    });
    expect(wrong).toEqual([]);
  });
});

function worldly(code: string, path: string): string[] {
  return WORLD.flatMap(([pattern, wanted]) =>
    [...code.matchAll(pattern)]
      .filter((match) => !(path === NAMES_PROMISES && match[0] === 'Promise'))
      .map((match) => complaint(path, lineAt(code, match.index), `"${match[0]}"`, wanted)),
  );
}

describe('the rules themselves', () => {
  test.each([
    ['src/ledger/lot.ts', '../orders/index.ts', undefined],
    ['src/strategy/indicators/sma.ts', '../../base/index.ts', undefined],
    ['src/ledger/lot.ts', './entry.ts', undefined],
    ['src/ledger/lot.ts', '../orders/order.ts', 'the door orders/index.ts'],
    ['src/ledger/lot.ts', '../strategy/index.ts', 'a room to the left of ledger'],
    ['src/ledger/lot.ts', '../apps/index.ts', 'a room to the left of ledger'],
    ['src/ledger/lot.ts', '../../test/source.ts', 'a file below src'],
    ['src/ledger/lot.ts', '../orders/index.js', 'a specifier that ends in .ts'],
    ['src/strategy/indicators/sma.ts', '../../base/money.ts', 'the door base/index.ts'],
    ['src/adapters/alpaca/map.ts', './schema.ts', undefined],
    ['src/adapters/journal/sqlite/db.ts', '../schema.ts', undefined],
    ['src/adapters/alpaca/map.ts', '../paper/index.ts', 'no import of adapters/paper'],
    ['src/adapters/index.ts', './paper/index.ts', undefined],
    ['src/apps/wire.ts', '../adapters/alpaca/index.ts', undefined],
    ['src/apps/wire.ts', '../adapters/alpaca/map.ts', 'the door adapters/index.ts'],
    ['src/apps/cli/main.ts', '../wire.ts', undefined],
    ['src/apps/cli/main.ts', '../config/index.ts', undefined],
    ['src/apps/cli/main.ts', '../daemon/http.ts', 'no import of apps/daemon'],
    ['src/apps/web/page.ts', '../../views/index.ts', undefined],
  ])('in %s the import of "%s"', (path, specifier, wanted) => {
    const found = wrongImport(path, specifier);
    expect(found?.slice(0, wanted?.length)).toBe(wanted);
  });

  test.each([
    ['const a = Date.now();', 1],
    ['const a = new Date();', 1],
    ['const a = new Date;', 1],
    ['const a = Date();', 1],
    ['const a = new Date(at).toISOString();', 0],
    ['const a = Date.UTC(2024, 0, 1);', 0],
    ['const a = Math.random();', 1],
    ['const a = async () => { await b; };', 2],
    ['process.exit(1); console.log(a);', 2],
    ['a.process.b; this.fetch(a); prefetch(b);', 0],
    ['new Date(at).getHours();', 1],
    ['new Date(at).getUTCHours();', 0],
    ['a.toLocaleString();', 1],
    ['// Date.now() and "await"', 0],
    ["const a = 'Date.now() async';", 0],
  ])('%s', (source, count) => {
    expect(worldly(scan(source).code, 'src/risk/x.ts')).toHaveLength(count);
  });

  test('imports are found in every form', () => {
    const source = [
      "import a from './a.ts';",
      "import type { B } from './b.ts';",
      "import {\n  c,\n} from './c.ts';",
      "export * from './d.ts';",
      "import './e.ts';",
      "const f = () => import('./f.ts');",
      "const text = 'from ./g.ts';",
      "// import './h.ts';",
    ].join('\n');
    const found = importsOf(scan(source)).map(({ specifier, line }) => `${line} ${specifier}`);
    expect(found).toEqual(['1 ./a.ts', '2 ./b.ts', '5 ./c.ts', '6 ./d.ts', '7 ./e.ts', '8 ./f.ts']);
  });
});
