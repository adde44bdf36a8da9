import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { done, refused, scratch, textOf } from './cli.fixture.ts';
import { read } from '../source.ts';

const folder = scratch('demo');

describe('demo', () => {
  test('trades real prices on paper, and ends with a page that is there', async () => {
    const out = await done(['demo'], { cwd: folder });
    const page = /^\w+ +(.*report\.html)$/m.exec(out)?.[1] ?? '';
    expect(page).toBe(join(folder, 'demo-desk/reports/report.html'));
    expect(textOf(page)).toContain('<svg');
    const desk = join(folder, 'demo-desk');
    for (const name of ['journal/plimsoll.db', 'state/state.json', 'exports/live_trades.csv']) {
      expect(existsSync(join(desk, name))).toBe(true);
    }
    const asked = [...out.matchAll(/npx plimsoll (.*)$/gm)].map((match) => match[1]?.split(' '));
    expect(asked.map((args) => args?.[0])).toEqual(['why', 'replay', 'journal']);
    await Promise.all(asked.map((args = []) => done(args, { cwd: folder })));
  });

  test('leaves a folder alone that it did not make', async () => {
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'notes.txt'), 'mine');
    expect(await refused(['demo', mine], 2)).toContain('is not a demonstration desk');
    expect(textOf(mine, 'notes.txt')).toBe('mine');
  });
});

describe('the program itself', () => {
  test('tells its version', async () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(await done(['--version'])).toBe(`${version}\n`);
  });

  test('tells its commands, and each its options', async () => {
    const help = await done(['--help']);
    const commands =
      'init demo check backtest run once journal replay why positions orders status data';
    for (const name of commands.split(' ')) expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
    const options = {
      backtest: [
        '--bars',
        '--from',
        '--to',
        '--set',
        '--decisions',
        '--fills',
        '--equity',
        '--json',
      ],
      run: ['--stage', '--feed', '--bars', '--from', '--to', '--speed', '--json'],
      once: ['--stage', '--feed', '--at', '--json'],
      replay: ['--date', '--json'],
    };
    const texts = Object.entries(options).map(async ([name, wanted]) => {
      const text = await done([name, '--help']);
      for (const option of wanted) expect(text).toContain(option);
    });
    await Promise.all(texts);
  });

  test('prints the JSON Schema of the desk file', async () => {
    const schema = JSON.parse(await done(['schema'])) as { properties: object };
    expect(Object.keys(schema.properties)).toContain('books');
  });
});
