import * as fs from 'node:fs';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '../../../base/index.ts';
import { NotSent } from '../../http.ts';
import { Secret } from '../../secret.ts';
import { sharedClaim, tokenSet } from '../http.fixture.ts';
import { NoToken, type TokenClaim } from './token.ts';
import { desk, fail, refused, removeFolders, START } from './token.fixture.ts';
import { readTokenFile, writeTokenFile } from './token-file.ts';

afterEach(removeFolders);

describe('the access token', () => {
  test('is sent as it is while it lives, renewed beside requests when it ends soon', async () => {
    const { world, open } = desk();
    const tokens = open();
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    world.now = START + 26 * MINUTE_MS;
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    await tokens.ensure(5 * MINUTE_MS);
    expect((await tokens.bearer()).reveal()).toBe('access-token-1');
    expect(world.asked).toEqual(['refresh-token-0']);
  });

  test('F054 one that ended is renewed once for all, and on the disk before its use', async () => {
    const { world, open } = desk();
    world.now = START + 31 * MINUTE_MS;
    const tokens = open();
    const used = await Promise.all(Array.from({ length: 20 }, () => tokens.bearer()));
    expect(new Set(used.map((token) => token.reveal()))).toEqual(new Set(['access-token-1']));
    expect(world.asked).toHaveLength(1);
    expect(readTokenFile(world.path).access.reveal()).toBe('access-token-1');
    expect(readTokenFile(world.path).createdAt).toBe(START);
  });

  test('F054 before a window it is renewed so that it outlives it', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.now = START + 15 * MINUTE_MS;
    expect(await tokens.ensure(10 * MINUTE_MS)).toBe(START + 30 * MINUTE_MS);
    expect(world.asked).toHaveLength(0);
    expect(await tokens.ensure(20 * MINUTE_MS)).toBe(world.now + 30 * MINUTE_MS);
    expect(await tokens.ensure(24 * HOUR_MS)).toBe(world.now + 30 * MINUTE_MS);
    expect(world.asked).toHaveLength(1);
  });

  test('a 401 renews it once; a token of half a minute is not to blame', async () => {
    const { world, open } = desk();
    const tokens = open();
    const used = await tokens.bearer();
    world.now = START + 10 * MINUTE_MS;
    const all = await Promise.all([
      tokens.renewed(used),
      tokens.renewed(used),
      tokens.renewed(used),
    ]);
    expect(all).toEqual([true, true, true]);
    expect(world.asked).toHaveLength(1);
    expect(await tokens.renewed(used)).toBe(true);
    expect(await tokens.renewed(await tokens.bearer())).toBe(false);
    expect(world.asked).toHaveLength(1);
  });

  test('the broker out of reach: the old one is sent while it lives, then nothing is', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.grant = () => Promise.reject(new Error('socket hang up'));
    world.now = START + 27 * MINUTE_MS;
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    world.now = START + 30 * MINUTE_MS;
    await expect(tokens.bearer()).rejects.toThrow(NoToken);
    // What failed a moment ago is not asked again at once.
    await expect(tokens.bearer()).rejects.toThrow(/socket hang up/);
    expect(world.asked).toHaveLength(1);
    expect(tokens.age().level).toBe('fine');
  });

  test('whatever keeps it from being renewed: nothing was sent', async () => {
    const { world, open } = desk({ claim: () => Promise.reject(new Error('no such folder')) });
    world.now = START + 31 * MINUTE_MS;
    await expect(open().bearer()).rejects.toThrow(NotSent);
    await expect(open().bearer()).rejects.toThrow(/no such folder/);
  });

  test('no token shows where it is printed', async () => {
    const { open } = desk();
    const tokens = open();
    const shown = inspect(tokens, { depth: 9, showHidden: true }) + JSON.stringify(tokens.age());
    expect(shown).not.toMatch(/(?:access|refresh|id)-token/);
  });
});

describe('one token file, several processes', () => {
  test('F056 two processes renew it once between them', async () => {
    const { world, open } = desk({ claim: sharedClaim() });
    world.now = START + 31 * MINUTE_MS;
    const [one, two] = [open(), open()];
    const used = await Promise.all([one.bearer(), two.bearer(), one.bearer(), two.bearer()]);
    expect(new Set(used.map((token) => token.reveal())).size).toBe(1);
    expect(world.asked).toHaveLength(1);
  });

  test('F056 a process that waited for the right uses what the other one has renewed', async () => {
    let line = Promise.resolve();
    const claim: TokenClaim = async () => {
      const before = line;
      let release = () => Promise.resolve();
      line = new Promise((resolve) => (release = () => Promise.resolve(resolve())));
      await before;
      return { ok: true, release };
    };
    const { world, open } = desk({ claim });
    world.now = START + 31 * MINUTE_MS;
    const [one, two] = [open(), open()];
    const used = await Promise.all([one.bearer(), two.bearer()]);
    expect(used.map((token) => token.reveal())).toEqual(['access-token-1', 'access-token-1']);
    expect(world.asked).toHaveLength(1);
  });

  test('F055 a new sign-in by another process is used at the next request', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.now = START + 6.5 * DAY_MS;
    expect(tokens.age().level).toBe(24);
    const createdAt = world.now as Instant;
    writeTokenFile(world.path, tokenSet({ createdAt, access: new Secret('access-token-new') }));
    expect((await tokens.bearer()).reveal()).toBe('access-token-new');
    expect(tokens.age()).toMatchObject({ level: 'fine', createdAt });
    expect(world.asked).toHaveLength(0);
  });

  test('F056 a refused refresh token is dead only when the file has no other', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.now = START + 31 * MINUTE_MS;
    const createdAt = world.now as Instant;
    const fresh = tokenSet({
      createdAt,
      refresh: new Secret('refresh-token-new'),
      access: new Secret('access-token-new'),
    });
    world.grant = () => {
      writeTokenFile(world.path, fresh);
      return Promise.resolve(refused);
    };
    expect((await tokens.bearer()).reveal()).toBe('access-token-new');
    expect(tokens.age().level).toBe('fine');
  });

  test('F055 F056 a dead sign-in is visible, probed rarely, mended by a new one', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.now = START + 31 * MINUTE_MS;
    world.grant = () => Promise.resolve(refused);
    await expect(tokens.bearer()).rejects.toMatchObject({ isDead: true });
    expect(tokens.age()).toMatchObject({ level: 'dead', reason: 'invalid_grant' });
    for (let i = 0; i < 20; i++) {
      world.now += 10_000;
      await expect(tokens.bearer()).rejects.toThrow(/login schwab/);
    }
    expect(world.asked).toHaveLength(1);
    world.now += 5 * MINUTE_MS;
    await expect(tokens.bearer()).rejects.toThrow(/login schwab/);
    expect(world.asked).toHaveLength(2);
    expect(readTokenFile(world.path).refresh.reveal()).toBe('refresh-token-0');
    const createdAt = world.now as Instant;
    const next = { refresh: new Secret('refresh-token-7'), access: new Secret('access-token-7') };
    writeTokenFile(world.path, tokenSet({ createdAt, ...next }));
    expect((await tokens.bearer()).reveal()).toBe('access-token-7');
    expect(tokens.age().level).toBe('fine');
  });

  test('F056 a new sign-in is never overwritten by the renewal of the old one', async () => {
    const { world, open } = desk();
    const tokens = open();
    world.now = START + 31 * MINUTE_MS;
    const createdAt = world.now as Instant;
    const next = tokenSet({
      createdAt,
      refresh: new Secret('refresh-token-7'),
      access: new Secret('access-token-7'),
    });
    const late = tokenSet({
      createdAt: START,
      access: new Secret('access-token-1'),
      expiresAt: (world.now + 1e6) as Instant,
    });
    world.grant = () => {
      writeTokenFile(world.path, next);
      return Promise.resolve({ kind: 'granted', tokens: late });
    };
    expect((await tokens.bearer()).reveal()).toBe('access-token-7');
    expect(readTokenFile(world.path).refresh.reveal()).toBe('refresh-token-7');
  });

  test('F056 a disk that refuses: the new token is not used until it is on the disk', async () => {
    let isFull = true;
    const fsyncSync: typeof fs.fsyncSync = (fd) => (isFull ? fail('ENOSPC') : fs.fsyncSync(fd));
    const { world, open } = desk({ disk: { ...fs, fsyncSync } });
    const tokens = open();
    world.now = START + 27 * MINUTE_MS;
    await expect(tokens.ensure(10 * MINUTE_MS)).rejects.toThrow(/ENOSPC/);
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    expect(readTokenFile(world.path).access.reveal()).toBe('access-token-0');
    isFull = false;
    world.now += 10_000;
    await tokens.ensure(10 * MINUTE_MS);
    expect((await tokens.bearer()).reveal()).toBe('access-token-1');
    expect(readTokenFile(world.path).access.reveal()).toBe('access-token-1');
    // The broker was asked once: what it gave was not given up.
    expect(world.asked).toHaveLength(1);
  });

  test('a file gone or cut off changes nothing; the next renewal writes it anew', async () => {
    const { world, open } = desk();
    const tokens = open();
    writeFileSync(world.path, '{"creation_ti');
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    fs.rmSync(world.path);
    expect((await tokens.bearer()).reveal()).toBe('access-token-0');
    world.now = START + 31 * MINUTE_MS;
    expect((await tokens.bearer()).reveal()).toBe('access-token-1');
    expect(readTokenFile(world.path).access.reveal()).toBe('access-token-1');
  });

  test('what a dead writer left beside the file is swept away by the next one', async () => {
    const { world, open } = desk();
    const left = join(dirname(world.path), '.token.json.999-1.new');
    writeFileSync(left, 'tokens');
    world.now = START + 31 * MINUTE_MS;
    await open().bearer();
    expect(readdirSync(dirname(world.path))).toEqual(['token.json']);
  });
});
