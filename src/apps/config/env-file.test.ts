import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadEnv } from './env-file.ts';
import { formatConfigErrors } from './error.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function written(text: string, mode = 0o600): string {
  files += 1;
  const path = join(folder, `${files}.env`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function refusal(path: string): string {
  const result = loadEnv(path, 'refused');
  return result.ok ? 'loaded' : formatConfigErrors(result.error).replaceAll(path, '.env');
}

describe('an environment file', () => {
  test('gives its values by name', () => {
    const path = written(
      '# keys\nKEY=abc\nexport HOST="a b"\n\nLONG="one\ntwo=2\nthree"\nEMPTY=\n',
    );
    const result = loadEnv(path, 'refused');
    const values = { KEY: 'abc', HOST: 'a b', LONG: 'one\ntwo=2\nthree', EMPTY: '' };
    expect(result).toEqual({ ok: true, value: { values, warnings: [] } });
  });

  test('that is not there has no values', () => {
    expect(loadEnv(join(folder, 'none'))).toEqual({
      ok: true,
      value: { values: {}, warnings: [] },
    });
  });

  test.skipIf(process.platform === 'win32')('that others may read is a warning', () => {
    const path = written('KEY=abc\n', 0o644);
    const result = loadEnv(path);
    const sentence = `${path}: mode 0644, wanted mode 0600, for its secrets (chmod 600 ${path})`;
    expect(result).toEqual({ ok: true, value: { values: { KEY: 'abc' }, warnings: [sentence] } });
  });

  test.skipIf(process.platform === 'win32')(
    'that others may read is refused where it counts',
    () => {
      const wanted = '.env: found mode 0640, wanted mode 0600, for its secrets (chmod 600 .env)';
      expect(refusal(written('KEY=abc\n', 0o640))).toBe(wanted);
      expect(refusal(written('KEY=abc\n', 0o400))).toBe('loaded');
    },
  );

  test('with a name twice or a line that is no value is refused, without showing a value', () => {
    const message = refusal(written('KEY=abc\nhunter2\nKEY=def\n'));
    expect(message).toBe(
      [
        '.env:2:1: found another line, wanted NAME=value',
        '.env:3:1: KEY: found the name a second time, first on line 1, wanted each name once',
      ].join('\n'),
    );
  });

  test('out of all proportion is refused', () => {
    expect(refusal(written(`A=${'x'.repeat(200_000)}`))).toContain('wanted at most 100000 bytes');
  });
});
