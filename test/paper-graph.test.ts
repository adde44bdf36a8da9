import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { read, scan } from './source.ts';

/** Files that `entry` loads before it does anything: dynamic imports are left out. */
function loadedBy(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const left = [entry];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { code, strings } = scan(read(path));
    for (const { start, text } of strings) {
      const before = code.slice(Math.max(0, start - 40), start);
      if (!/\b(?:from|import)\s*$/.test(before) || !text.startsWith('.')) continue;
      if (isTypeOnly(code, start)) continue;
      left.push(normalize(join(dirname(path), text)));
    }
  }
  return seen;
}

/** Whether the import whose specifier begins at `start` is of types alone: gone when it runs. */
function isTypeOnly(code: string, start: number): boolean {
  const from = Math.max(code.lastIndexOf('import', start), code.lastIndexOf('export', start));
  return /^(?:import|export)\s+type\b/.test(code.slice(from, start));
}

test('a desk at Schwab below live loads no code that could send an order (F058)', () => {
  const loaded = [...loadedBy('src/apps/world/schwab.ts')];
  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter((path) => path.includes('adapters/schwab/'))).not.toEqual([]);
  expect(loaded.filter((path) => path.includes('adapters/schwab-orders/'))).toEqual([]);
});

test('the order client is loaded for live alone', () => {
  const text = read('src/apps/world/schwab.ts');
  const uses = text.split('\n').filter((line) => line.includes('schwab-orders/'));
  expect(uses.map((line) => line.trim())).toEqual([
    "const { SchwabBroker } = await import('../../adapters/schwab-orders/index.ts');",
  ]);
  expect(text).toContain("stage === 'live' ? await brokerOf(");
});
