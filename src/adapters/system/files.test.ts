import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLines, writeFileAtomic } from './files.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-files-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('writeFileAtomic', () => {
  test('the file holds exactly the data, text or bytes, new or replaced', () => {
    const path = join(root, 'state.json');
    writeFileAtomic(path, '{"a":"é"}');
    expect(readFileSync(path, 'utf8')).toBe('{"a":"é"}');
    const bytes = new Uint8Array([0, 255, 10, 13]);
    writeFileAtomic(path, bytes);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    writeFileAtomic(path, '');
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('the mode is the one asked for, also over a file with another one', () => {
    const path = join(root, 'secret');
    writeFileSync(path, 'old');
    chmodSync(path, 0o666);
    writeFileAtomic(path, 'new', { mode: 0o600 });
    expect(modeOf(path)).toBe(0o600);
    writeFileAtomic(path, 'newer');
    expect(modeOf(path)).toBe(0o644);
  });

  test('when it cannot be put in place the old one stays and nothing is left behind', () => {
    const folder = join(root, 'blocked');
    mkdirSync(join(folder, 'target'), { recursive: true });
    writeFileSync(join(folder, 'target', 'inside'), 'kept');
    expect(() => writeFileAtomic(join(folder, 'target'), 'x')).toThrow(/EISDIR|ENOTEMPTY|EPERM/);
    expect(readdirSync(folder)).toEqual(['target']);
    expect(readFileSync(join(folder, 'target', 'inside'), 'utf8')).toBe('kept');
  });

  test('a missing folder is an error, not made on the way', () => {
    expect(() => writeFileAtomic(join(root, 'nowhere', 'x'), 'x')).toThrow(/ENOENT/);
    expect(existsSync(join(root, 'nowhere'))).toBe(false);
  });
});

describe('openLines', () => {
  test('lines of several openings follow each other', () => {
    const path = join(root, 'equity.jsonl');
    const first = openLines(path);
    first.append(['{"a":1}', '{"a":2}']);
    first.append([]);
    first.close();
    const second = openLines(path);
    second.append(['{"a":3}']);
    second.sync();
    second.close();
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
  });

  test('half a line at the end is cut off, wherever it begins', () => {
    const path = join(root, 'torn.csv');
    const whole = fc.array(
      fc.string({ maxLength: 50_000 }).map((s) => s.replaceAll('\n', ' ')),
      {
        maxLength: 4,
      },
    );
    const half = fc.integer({ min: 0, max: 200_000 }).map((n) => 'x'.repeat(n));
    fc.assert(
      fc.property(whole, half, (lines, rest) => {
        const sound = lines.map((line) => `${line}\n`).join('');
        writeFileSync(path, sound + rest);
        const file = openLines(path);
        file.append(['next']);
        file.close();
        expect(readFileSync(path, 'utf8')).toBe(`${sound}next\n`);
      }),
      { numRuns: 50 },
    );
  });
});
