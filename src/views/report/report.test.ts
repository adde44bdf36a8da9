import { describe, expect, test } from 'vitest';
import { type DateText, type Instant, type Money, type Price, sha256 } from '../../base/index.ts';
import { fillOf, randomRun, runOf } from '../performance-run.fixture.ts';
import { FIGURES } from '../performance-figures.ts';
import { performanceOf } from '../performance.ts';
import type { RunRecord } from '../record.ts';
import { html } from './html.ts';
import { renderReport } from './report.ts';
import { DARK, LIGHT } from './style.ts';

const HEAD = { title: 'A run', generatedAt: 1_700_000_000_000 as Instant };
const render = (run: RunRecord) => renderReport(run, performanceOf(run), HEAD);

const VOID = new Set(['meta', 'input', 'br', '!doctype']);
const NAME = '[a-zA-Z0-9:-]+';
const TAG = new RegExp(`<(/?)([a-z!][a-z0-9]*)((?:\\s+${NAME}(?:="[^"<>]*")?)*)\\s*(/?)>`, 'g');

/** What is wrong with the tags of a page: never closed, closed out of order, or no tags at all. */
function faultsOf(page: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const body = page.replace(/<style>[^<]*<\/style>/, '');
  for (const [, close, name, attributes, self] of body.matchAll(TAG)) {
    const names = [...(attributes ?? '').matchAll(/\s([a-zA-Z0-9:-]+)="/g)].map(
      (found) => found[1],
    );
    if (close === '' && new Set(names).size < names.length) faults.push(`twice in ${name}`);
    if (VOID.has(name as string) || self === '/') continue;
    if (close === '') open.push(name as string);
    else if (open.pop() !== name) faults.push(`</${name}>`);
  }
  if (/[<>]/.test(body.replace(TAG, ''))) faults.push('a stray angle bracket');
  return [...faults, ...open];
}

/** Text that tries to leave its place, for every field that can hold text. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></title></svg><style>*{display:none}',
  '\u202egnp.exe\u0000\u001b[2J',
  '=HYPERLINK("http://evil.example","x")',
  '${7*7}{{7*7}}<!--',
].join(' ');

const hostileRun = (): RunRecord => {
  const dates = ['2024-01-02', '2024-01-03', '2024-01-04'] as DateText[];
  const run = runOf(100, [100, 101, 99]);
  const decision = {
    date: dates[0] as DateText,
    at: 0 as Instant,
    book: HOSTILE,
    strategy: HOSTILE,
    action: HOSTILE,
    targets: { [HOSTILE]: 0.5 },
    why: HOSTILE,
    facts: { [HOSTILE]: HOSTILE },
  };
  return {
    ...run,
    desk: HOSTILE,
    notes: [HOSTILE],
    equity: run.equity.map((point) => ({
      ...point,
      positions: { [HOSTILE]: 1, ['__proto__']: 2 },
      exposure: { [HOSTILE]: point.equity },
    })),
    decisions: [decision, { ...decision, book: 'other' }, { ...decision, action: 'hold' }],
    fills: [
      fillOf('2024-01-02', 'buy', 1, HOSTILE, 1, { book: HOSTILE, order: HOSTILE }),
      fillOf('2024-01-03', 'sell', 2, HOSTILE, 1),
    ],
    benchmark: { symbol: HOSTILE, closes: run.equity.map((point) => point.equity as never) },
  };
};

const TENYEARS = randomRun(2_520);

describe('the report of ten years', () => {
  const page = render(TENYEARS);

  test('is well formed', () => {
    expect(faultsOf(page)).toEqual([]);
  });

  test('is below 3 MB', () => {
    expect(page.length).toBeLessThan(3_000_000);
    expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  });

  test('fetches and runs nothing', () => {
    expect(page).not.toMatch(/<(script|link|iframe|object|embed|img|base|form)\b/i);
    expect(page).not.toMatch(/\s(src|srcset|action|style|on[a-z]+)=/i);
    expect(page).not.toMatch(/@import|url\(|https?:/i);
    expect([...page.matchAll(/href="([^"]*)"/g)].every((found) => found[1]?.startsWith('#'))).toBe(
      true,
    );
  });

  test('allows its one style sheet by hash and nothing else', () => {
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] as string;
    const hash = Buffer.from(sha256(style), 'hex').toString('base64');
    const policy = `default-src 'none'; style-src 'sha256-${hash}'`;
    expect(page.replaceAll('&#39;', "'")).toContain(policy);
    expect(page).not.toContain('unsafe');
  });

  test('ids are unique and every reference finds one', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((found) => found[1] as string);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...page.matchAll(/\s(?:aria-labelledby="|href="#)([^"]+)"/g)];
    const wanted = references.flatMap((found) => (found[1] as string).split(' '));
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('shows each figure with its formula', () => {
    const absent = FIGURES.filter(
      (row) => !page.includes(html`<td>${row.formula}</td>`.toString()),
    );
    expect(absent.map((row) => row.key)).toEqual([]);
  });

  test('every decision is there, with runs of holds folded into one row', () => {
    const rows = page.match(/<td role="cell" class="why">/g)?.length ?? 0;
    expect(rows).toBeLessThan(400);
    const shown = new Set([...page.matchAll(/on day (\d+);/g)].map((found) => Number(found[1])));
    const missing = TENYEARS.decisions.filter((_, day) => !shown.has(day));
    expect(missing).toEqual([]);
  });
});

describe('the report of hostile text', () => {
  const page = renderReport(hostileRun(), performanceOf(hostileRun()), { ...HEAD, title: HOSTILE });

  test('is well formed, so that no text became an element', () => {
    expect(faultsOf(page)).toEqual([]);
    expect(page).not.toMatch(/<(script|img)|<!--|\u202e|[^\P{Cc}\n]/u);
  });

  test('keeps the text readable', () => {
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });
});

describe('the report of an odd run', () => {
  const symbols = Array.from({ length: 12 }, (_, i) => `S${i}`);
  const run = runOf(100, [100, 140, 90, -5, 0, 30]);
  const equity = run.equity.map((each, day) => {
    const held = symbols.filter((_, i) => (i + day) % 3 === 0);
    const exposure = Object.fromEntries(
      held.map((symbol, i) => [symbol, ((i % 2 ? -1 : 1) * 40_000_000) as Money]),
    );
    return { ...each, exposure, positions: Object.fromEntries(held.map((symbol) => [symbol, -3])) };
  });
  const closes = run.equity.map((_, day) => (day % 2 ? null : (9_000_000 as Price)));

  test.each([
    ['shorts, many symbols and ruin', { ...run, equity }],
    ['gaps in the benchmark', { ...run, equity, benchmark: { symbol: 'SPY', closes } }],
    ['no close at all', { ...run, benchmark: { symbol: 'SPY', closes: closes.map(() => null) } }],
    ['no movement', runOf(100, [100, 100, 100])],
    ['a random walk', randomRun(300)],
    ['hostile text', hostileRun()],
  ])('with %s shows no broken number', (_, odd) => {
    const page = render(odd);
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
    expect(faultsOf(page)).toEqual([]);
  });

  test('a loss reads as one without its color', () => {
    const page = render(runOf(100, [100, 140, 90]));
    expect(page).toContain('<span class="down">−10.00%</span>');
  });
});

describe('the size of the report', () => {
  test('hundreds of thousands of decisions and fills are cut, and counted', () => {
    const run = randomRun(30);
    const [decision] = run.decisions;
    const decisions = Array.from({ length: 200_000 }, (_, i) => ({
      ...(decision as (typeof run.decisions)[number]),
      action: i % 2 ? 'orders' : 'rebalance',
      why: `${i} ${'because '.repeat(500)}`,
    }));
    const fills = Array.from({ length: 100_000 }, () => fillOf('2024-01-02', 'buy', 1, 'SPY', 9));
    const page = render({ ...run, decisions, fills });
    expect(page.length).toBeLessThan(3_000_000);
    expect(page).toMatch(/[\d,]+ earlier decisions are in the journal/);
    expect(page).toMatch(/[\d,]+ earlier fills are in the journal/);
    expect(page).toContain('200,000 decisions');
  });

  test('one endless run of holds shows its newest days', () => {
    const run = randomRun(30);
    const facts = Object.fromEntries(
      Array.from({ length: 90 }, (_, i) => [`fact ${i}`, '"'.repeat(90)]),
    );
    const decisions = run.decisions.map((each) => ({ ...each, action: 'hold', facts }));
    const page = render({ ...run, decisions: [...decisions, ...decisions, ...decisions] });
    expect(page.length).toBeLessThan(1_000_000);
    expect(page).toMatch(/and \d+ earlier, in the journal/);
    expect(page).toContain('and 30 more');
  });

  test.each([0, 1, 2])('a run of %s days has a page', (days) => {
    expect(faultsOf(render(randomRun(days)))).toEqual([]);
  });
});

const luminance = (color: string) => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

describe('the colors', () => {
  test.each([
    ['light', LIGHT],
    ['dark', DARK],
  ])('texts of the %s theme reach the contrast of WCAG AA', (_, theme) => {
    const pairs = [
      ...['ink', 'quiet', 'ours', 'theirs', 'up', 'down'].flatMap((text) => [
        [text, 'page'],
        [text, 'card'],
      ]),
      ['warn', 'warn-card'],
      ['card', 'ours'],
      ...['p1', 'p2', 'p3', 'p4', 'm1', 'm2', 'm3', 'm4'].map((tint) => ['ink', tint]),
    ] as [string, string][];
    const poor = pairs.filter(([a, b]) => contrast(theme[a] ?? '', theme[b] ?? '') < 4.5);
    expect(poor).toEqual([]);
  });

  test('no color is known to one theme only', () => {
    expect(Object.keys(DARK)).toEqual(Object.keys(LIGHT));
  });
});
