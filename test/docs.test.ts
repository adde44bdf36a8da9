import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { madePages, pageOnDisk } from '../scripts/docs.ts';
import { allHelp, type Help, optionsIn } from '../scripts/docs/help.ts';
import { backtestDesk } from '../src/apps/backtest.ts';
import { initFiles } from '../src/apps/init/index.ts';
import { loadDesk } from '../src/apps/load.ts';
import { complaint, filesBelow, lineAt, read, ROOT } from './source.ts';

const COLUMNS_MAX = 100;
const FOLDERS = ['docs', 'examples', 'bench', 'scripts', 'test', 'src'];
const rootPages = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
const paths = [...rootPages, ...FOLDERS.flatMap((folder) => filesBelow(folder, /\.md$/))];
const pages = paths.map((path) => ({ path, text: read(path) }));

const FENCE = /^[ \t]*```(\w*)\n([\s\S]*?)^[ \t]*```$/gm;
/** The text with blocks of code blanked, every line in its place. */
const prose = (text: string): string =>
  text.replace(FENCE, (block) => block.replace(/[^\n]/g, ' ')).replace(/^ {4,}.*$/gm, '');

/** Pieces of code with the offset at which each line of them begins. */
function codeLines(text: string): { start: number; line: string }[] {
  const found: { start: number; line: string }[] = [];
  for (const match of text.matchAll(/^[ \t]*((?:npx )?plimsoll [^\n]*)$/gm)) {
    found.push({ start: match.index, line: match[1] as string });
  }
  for (const match of prose(text).matchAll(/`([^`]+)`/g)) {
    found.push({ start: match.index, line: (match[1] as string).replace(/\s+/g, ' ') });
  }
  return found;
}

describe('pages made from the source', async () => {
  const made = await madePages();
  test.each([...made.keys()])('%s is what the source says; "npm run docs" writes it', (path) => {
    expect(pageOnDisk(path)).toBe(made.get(path));
  });
});

/** What is wrong with `plimsoll …` as somebody would type it; undefined when it would be taken. */
function wrongCommand(line: string, help: ReadonlyMap<string, Help>): string | undefined {
  const typed = /^(?:npx )?plimsoll ([a-z-].*)$/.exec(line)?.[1]?.replace(/\s#.*$/, '');
  if (typed === undefined) return undefined;
  const words = typed.split(' ');
  const [verb = '', second = ''] = words;
  const found = help.get(`${verb} ${second}`) ?? help.get(verb.startsWith('-') ? '' : verb);
  if (!found) return 'a command of the command line';
  const isGroup = [...help.keys()].some((name) => name.startsWith(`${verb} `));
  if (isGroup && found.command === verb && words.length > 1) return `a command of "${verb}"`;
  const known = optionsIn(found.text);
  const unknown = words.find((word) => word.startsWith('--') && !known.includes(word));
  return unknown === undefined ? undefined : `one of ${known.join(', ')}, not "${unknown}"`;
}

describe('commands', async () => {
  const help = new Map((await allHelp()).map((one) => [one.command, one]));

  test('the command line names its commands', () => {
    expect([...help.keys()]).toEqual(expect.arrayContaining(['', 'run', 'journal verify']));
    expect(optionsIn(help.get('run')?.text ?? '')).toContain('--fresh');
  });

  test('every command and option in a page is one that there is', () => {
    const wrong = pages.flatMap(({ path, text }) =>
      codeLines(text).flatMap(({ start, line }) => {
        const wanted = wrongCommand(line, help);
        return wanted ? [complaint(path, lineAt(text, start), `"${line}"`, wanted)] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['npx plimsoll run my-desk --stage paper', true],
    ['plimsoll journal verify', true],
    ['plimsoll data', true],
    ['plimsoll rum my-desk', false],
    ['plimsoll run my-desk --stages paper', false],
    ['plimsoll journal check', false],
  ])('%s: a reader may type it: %s', (line, fine) => {
    expect(wrongCommand(line, help) === undefined).toBe(fine);
  });

  test('every npm script in a page is in package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const wrong = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)]
        .filter((match) => scripts[match[1] as string] === undefined)
        .map((match) => complaint(path, lineAt(text, match.index), match[0], 'a script')),
    );
    expect(wrong).toEqual([]);
  });
});

/** The anchor that a heading gets. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

function anchorsIn(path: string): string[] {
  return [...prose(read(path)).matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? ''));
}

function wrongLink(path: string, link: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : join(dirname(path), file);
  if (!existsSync(join(ROOT, target))) return 'a file that there is';
  if (anchor === undefined || anchorsIn(target).includes(anchor)) return undefined;
  return 'a heading that there is';
}

describe('pages', () => {
  test('there are pages to look at', () => expect(paths).toContain('README.md'));

  test('every relative link leads somewhere', () => {
    const wrong = pages.flatMap(({ path, text }) =>
      [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
        const link = match[1] as string;
        const wanted = /^[a-z]+:/.test(link) ? undefined : wrongLink(path, link);
        return wanted ? [complaint(path, lineAt(text, match.index), `"${link}"`, wanted)] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('every file of the source that a page names is there', () => {
    const named = /`((?:src|test|scripts|examples|bench)\/[\w./-]+)`/g;
    const wrong = pages.flatMap(({ path, text }) =>
      [...text.matchAll(named)]
        .filter((match) => !existsSync(join(ROOT, match[1] as string)))
        .map((match) => complaint(path, lineAt(text, match.index), match[0], 'a file')),
    );
    expect(wrong).toEqual([]);
  });

  test(`no line of prose is longer than ${COLUMNS_MAX} columns`, () => {
    const wrong = pages.flatMap(({ path, text }) =>
      prose(text)
        .split('\n')
        .flatMap((line, i) =>
          line.length > COLUMNS_MAX && !line.startsWith('|')
            ? [complaint(path, i + 1, `${line.length} columns`, `at most ${COLUMNS_MAX}`)]
            : [],
        ),
    );
    expect(wrong).toEqual([]);
  });

  test('every decision has its number, its question, its choice, and what would change it', () => {
    const notes = pages.filter(({ path }) => path.startsWith('docs/decisions/'));
    const wanted = ['Question', 'Choice', 'Reasons', 'What would change it'];
    const wrong = notes.flatMap(({ path, text }, i) => {
      const number = String(i + 1).padStart(4, '0');
      const named =
        path.startsWith(`docs/decisions/${number}-`) && text.startsWith(`# ${number}: `);
      const lacking = wanted.filter((heading) => !text.includes(`\n## ${heading}\n`));
      return named && lacking.length === 0 ? [] : [`${path}: number ${number}, lacks ${lacking}`];
    });
    expect(notes.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});

describe('the first strategy of the guide', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-guide-'));
  const blocks = new Map(
    [...read('docs/guides/first-strategy.md').matchAll(FENCE)].map((match) => [match[1], match[2]]),
  );

  beforeAll(() => {
    const files = initFiles({ name: 'my-desk' }).map(({ path, text }) => [path, text] as const);
    const own = ['strategies/dip.ts', blocks.get('ts') ?? ''] as const;
    for (const [path, text] of [...files, own]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      const isDesk = path === 'desk.yaml';
      const book = `${blocks.get('yaml')}\n$1`;
      writeFileSync(
        join(folder, path),
        isDesk ? text.replace(/^books:[\s\S]*?^(limits:)/m, book) : text,
      );
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('trades in a backtest, as the guide has it', async () => {
    const loaded = await loadDesk(folder);
    expect(loaded.desk.books.map(({ name }) => name)).toEqual(['dip']);
    const { record, result } = await backtestDesk(loaded, { keepAll: true });
    expect(record.notes).toEqual([]);
    expect(result.fills.length).toBeGreaterThan(20);
    const reasons = result.decisions.map(({ why }) => why.replace(/[\d.]+/g, 'n'));
    expect(reasons).toEqual(expect.arrayContaining(['Waiting, day n of n', 'Recovered on day n']));
  });
});
