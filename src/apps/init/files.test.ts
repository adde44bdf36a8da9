import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtinStrategies } from '../../strategies/index.ts';
import { describeDesk, formatConfigErrors, parseDesk, strategyFiles } from '../config/index.ts';
import { loadUserStrategy } from '../user-strategies.ts';
import { initFiles } from './index.ts';

const SDK = fileURLToPath(new URL('../../strategy/index.ts', import.meta.url));
const modules = (name: string): string =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const TSC = join(modules('typescript'), 'bin/tsc');
const TYPES = dirname(modules('@types/node'));

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-init-'));
const files = new Map(
  initFiles({ name: 'my-desk', sdkTypes: SDK }).map(({ path, text }) => [path, text]),
);

beforeAll(() => {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const desk = () => files.get('desk.yaml') ?? '';

describe('a new desk', () => {
  test('has these files, and no secret in any', () => {
    expect([...files.keys()]).toEqual([
      'desk.yaml',
      'strategies/my-strategy.ts',
      'strategies/tsconfig.json',
      '.env.example',
      '.gitignore',
      'README.md',
    ]);
    expect(files.get('.gitignore')).toContain('\n.env\n');
    expect(files.get('.env.example')).not.toMatch(/^[^#\n]/m);
  });

  test('is proven as it is, with the parameters of its own strategy', async () => {
    const path = join(folder, 'desk.yaml');
    const [file, ...others] = strategyFiles(desk(), { path, env: {} });
    expect([file, ...others]).toEqual(['strategies/my-strategy.ts']);
    const { definition } = await loadUserStrategy(join(folder, file ?? ''), join(folder, '.cache'));
    const strategies = { builtIn: builtinStrategies, ofFile: () => definition };
    const parsed = parseDesk(desk(), { path, env: {}, strategies });
    expect(parsed.ok ? '' : formatConfigErrors(parsed.error)).toBe('');
    if (!parsed.ok) return;
    expect(parsed.value.books[0]?.origin).toMatchObject({
      checked: true,
      params: {
        symbol: 'AAPL',
        fast: 20,
        slow: 100,
        volatility_window: 20,
        volatility_target_pct: 20,
      },
    });
    expect(describeDesk(parsed.value)).toContain(
      'Desk limit, loss of a day that halts: 10 % = $10,000.00',
    );
    const wrong = parseDesk(desk(), {
      path,
      env: {},
      strategies,
      sets: ['books.0.params.fast=200'],
    });
    expect(wrong.ok ? '' : formatConfigErrors(wrong.error)).toContain(
      'wanted fewer bars than "slow"',
    );
  });

  test('shows keys that work in its comments', async () => {
    const uncommented = desk().replace(/^ {2}# (?=[A-Z]+: \{)/gm, '  ');
    const parsed = parseDesk(uncommented, {
      path: 'desk.yaml',
      env: {},
      strategies: { builtIn: builtinStrategies },
    });
    expect(parsed.ok ? Object.keys(parsed.value.data) : parsed.error).toEqual([
      'AAPL',
      'SPY',
      'QQQ',
      'TQQQ',
    ]);
  });

  test('has a strategy that an editor finds no fault with', () => {
    const project = ['-p', join(folder, 'strategies'), '--pretty', 'false'];
    // The SDK is read as source here, which needs the types of Node; a desk reads its declarations.
    const roots = ['--types', 'node', '--typeRoots', TYPES];
    const run = spawnSync(process.execPath, [TSC, ...project, ...roots]);
    expect(run.stdout.toString()).toBe('');
    expect(run.status).toBe(0);
  });

  test('has lines of at most 100 characters', () => {
    for (const text of files.values()) {
      if (text.includes(SDK)) continue;
      expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    }
  });
});
