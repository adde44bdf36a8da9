import * as fs from 'node:fs';
import {
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../../base/index.ts';
import { Secret } from '../../secret.ts';
import { tokenSet } from '../http.fixture.ts';
import { desk, fail, removeFolders, START } from './token.fixture.ts';
import { type Disk, readTokenFile, TokenFileError, writeTokenFile } from './token-file.ts';

afterEach(removeFolders);

describe('the token file', () => {
  test('is in the shape of schwab-py, readable by its owner alone', () => {
    const { world } = desk();
    expect(JSON.parse(readFileSync(world.path, 'utf8'))).toEqual({
      creation_timestamp: START / 1_000,
      token: {
        access_token: 'access-token-0',
        refresh_token: 'refresh-token-0',
        id_token: 'id-token-00',
        expires_at: START / 1_000 + 1_800,
        expires_in: 1_800,
        scope: 'api',
        token_type: 'Bearer',
      },
    });
    expect(statSync(world.path).mode & 0o777).toBe(0o600);
  });

  test('F056 a file that others may read is made private when it is read', () => {
    const { world, open } = desk();
    chmodSync(world.path, 0o644);
    open();
    expect(statSync(world.path).mode & 0o777).toBe(0o600);
  });

  test('a file of schwab-py is taken, also with seconds in parts', () => {
    const { world } = desk();
    const token = {
      access_token: 'a'.repeat(40),
      refresh_token: 'r'.repeat(40),
      expires_at: 1.5e9 + 0.25,
    };
    writeFileSync(world.path, JSON.stringify({ creation_timestamp: 1.5e9, token, extra: 1 }));
    const { createdAt, expiresAt, id, type } = readTokenFile(world.path);
    expect([createdAt, expiresAt, id, type]).toEqual([1.5e12, 1.5e12 + 250, null, 'Bearer']);
  });

  test.each([
    ['nothing', ''],
    ['half a file', '{"creation_timestamp": 1, "tok'],
    ['no refresh token', '{"creation_timestamp":1,"token":{"access_token":"aaaaaaaaaa"}}'],
    [
      'a token with a line break',
      '{"creation_timestamp":1,"token":{"access_token":"aaaaaaa\\nb","refresh_token":"rrrrrrrr"}}',
    ],
    ['no date of birth', '{"token":{"access_token":"aaaaaaaaaa","refresh_token":"rrrrrrrrrr"}}'],
    ['too much', ' '.repeat(70_000)],
  ])('%s is refused, without a word of what is in it', (_, text) => {
    const { world } = desk();
    writeFileSync(world.path, text);
    expect(() => readTokenFile(world.path)).toThrow(TokenFileError);
    expect(() => readTokenFile(world.path)).not.toThrow(/aaaa|rrrr/);
  });

  test('no file says how to sign in; a link or a folder is no file', () => {
    const { world } = desk();
    const other = join(dirname(world.path), 'other.json');
    expect(() => readTokenFile(other)).toThrow(/plimsoll login schwab/);
    symlinkSync(world.path, other);
    expect(() => readTokenFile(other)).toThrow(TokenFileError);
    expect(() => readTokenFile(dirname(world.path))).toThrow(TokenFileError);
  });

  const STEPS = ['openSync', 'fchmodSync', 'writeSync', 'fsyncSync', 'renameSync'] as const;
  test.each(STEPS)(
    'F056 when %s fails the old tokens are in the file and nothing else is',
    (step) => {
      const { world } = desk();
      const disk: Disk = { ...fs, [step]: () => fail('ENOSPC') };
      const next = tokenSet({ createdAt: START, access: new Secret('access-token-9') });
      expect(() => writeTokenFile(world.path, next, disk)).toThrow('ENOSPC');
      expect(readTokenFile(world.path).access.reveal()).toBe('access-token-0');
      expect(readdirSync(dirname(world.path))).toEqual(['token.json']);
    },
  );

  test('F056 a folder that cannot be synced is an error: the new token is not used', async () => {
    const isFolder = (fd: number) => fs.fstatSync(fd).isDirectory();
    const fsyncSync = (fd: number) => (isFolder(fd) ? fail('EIO') : fs.fsyncSync(fd));
    const { world, open } = desk({ disk: { ...fs, fsyncSync } });
    world.now = START + 31 * MINUTE_MS;
    const tokens = open();
    await expect(tokens.bearer()).rejects.toThrow(/EIO/);
    await expect(tokens.bearer()).rejects.toThrow(/EIO/);
  });

  test('F056 a crash at any step leaves a file that can be used', () => {
    for (const step of [...STEPS, 'closeSync'] as const) {
      for (let nth = 1; nth <= 2; nth++) {
        const { world, open } = desk();
        let calls = 0;
        const dead = () => fail('dead');
        const crash = (...args: never[]): unknown => {
          // Nothing runs after a crash, cleaning up neither.
          if (++calls >= nth) return dead();
          return (fs[step] as (...args: never[]) => unknown)(...args);
        };
        const disk = { ...fs, [step]: crash, rmSync: dead } as unknown as Disk;
        const next = tokenSet({ createdAt: START, access: new Secret('access-token-9') });
        try {
          writeTokenFile(world.path, next, disk);
        } catch {}
        expect(readTokenFile(world.path).access.reveal()).toMatch(/^access-token-[09]$/);
        expect(readTokenFile(world.path).refresh.reveal()).toBe('refresh-token-0');
        expect(() => open()).not.toThrow();
      }
    }
  });
});
