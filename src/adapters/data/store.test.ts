import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { DateText, Instant } from '../../base/index.ts';
import {
  barsFrom,
  DAILY,
  type Head,
  inFolder,
  MINUTES,
  plainBars,
  plainOf,
  rowParts,
} from './bars.fixture.ts';
import { contentHash } from './content.ts';
import { openStore } from './store.ts';

const importedAt = Date.UTC(2024, 0, 1) as Instant;
const SPY_DAYS = { symbol: 'SPY', timeframe: '1d' } as const;
const filesIn = (folder: string) =>
  (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .sort();
const cacheIn = (folder: string) =>
  path.join(folder, filesIn(folder).find((name) => name.endsWith('.columns')) as string);

afterEach(() => vi.restoreAllMocks());

describe('the store', () => {
  test('gives back what was imported, from its cache and from Parquet', async () => {
    const heads = fc.constantFrom<Head>(DAILY, MINUTES, {
      ...DAILY,
      symbol: 'BRK/B',
      source: 'x-1',
    });
    const rows = fc.array(rowParts, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(heads, rows, (head, parts) =>
        inFolder(async (folder) => {
          const bars = barsFrom(head, parts);
          const store = openStore(folder);
          await store.importBars(bars, { importedAt });
          const cached = await store.load(head);
          fs.rmSync(cacheIn(folder));
          const parquet = await store.load(head);
          expect(plainOf(cached)).toEqual(plainOf(bars));
          expect(plainOf(parquet)).toEqual(plainOf(bars));
          expect(fs.existsSync(cacheIn(folder))).toBe(true);
        }),
      ),
      { numRuns: 40 },
    );
  });

  test('has one file a series, by source, adjustment and timeframe, that says what it is', () =>
    inFolder(async (folder) => {
      const bars = { ...plainBars(DAILY, 5), notes: ['2 bars were mended'] };
      const store = openStore(folder);
      const [done] = await store.importBars(bars, { importedAt });
      const hash = contentHash(bars);
      expect(filesIn(folder)).toEqual([
        path.join('file', 'splits', '1d', `SPY.${hash.slice(0, 16)}.columns`),
        path.join('file', 'splits', '1d', 'SPY.parquet'),
      ]);
      expect(done).toMatchObject({ added: 5, kept: 0, replaced: 0, length: 5, contentHash: hash });
      expect(store.list()).toEqual([
        {
          state: 'sound',
          path: done?.path,
          meta: {
            ...DAILY,
            length: 5,
            first: bars.end[0],
            last: bars.end[4],
            importedAt,
            contentHash: hash,
            notes: ['2 bars were mended'],
          },
        },
      ]);
      expect((await store.load(SPY_DAYS)).notes).toEqual(['2 bars were mended']);
    }));

  test('is empty before the first import', () =>
    inFolder(async (folder) => {
      const store = openStore(path.join(folder, 'none'));
      expect(store.list()).toEqual([]);
      await expect(store.load(SPY_DAYS)).rejects.toThrow('No bars "1d" of "SPY" in the store');
    }));

  test('gives a range of dates', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 9), { importedAt });
      const from = '2023-01-05' as DateText;
      const cut = await store.load({ ...SPY_DAYS, from, to: '2023-01-07' as DateText });
      expect([...cut.day]).toEqual([...plainBars(DAILY, 9).day.subarray(2, 4)]);
      await expect(store.load({ ...SPY_DAYS, to: '2022-12-31' as DateText })).rejects.toThrow(
        'from "first" to "2022-12-31"',
      );
    }));
});

describe('an import', () => {
  test('adds new rows, keeps equal ones, and changes nothing when nothing is new', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 10), { importedAt });
      const whole = plainBars(DAILY, 15);
      const [second] = await store.importBars(whole, { importedAt });
      expect(second).toMatchObject({ added: 5, kept: 10, replaced: 0, length: 15 });
      const file = fs.statSync(second?.path as string);
      const [third] = await store.importBars(whole, { importedAt: (importedAt + 1) as Instant });
      expect(third).toMatchObject({ added: 0, kept: 15, replaced: 0 });
      expect(fs.statSync(second?.path as string).ino).toBe(file.ino);
      expect(filesIn(folder).length).toBe(2);
      expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(whole));
    }));

  test('of a row that differs needs to be told to replace', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const old = plainBars(DAILY, 5);
      const fresh = { ...old, close: old.close.with(3, (old.close[3] as number) - 10_000) };
      await store.importBars(old, { importedAt });
      await expect(store.importBars(fresh, { importedAt })).rejects.toThrow(
        '1 rows differ from those stored; the first is 2023-01-06, close was',
      );
      expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(old));
      const [done] = await store.importBars(fresh, { importedAt, replace: true });
      expect(done).toMatchObject({ added: 0, kept: 4, replaced: 1 });
      expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(fresh));
    }));

  test('of many files takes all or none', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const qqq = plainBars({ ...DAILY, symbol: 'QQQ' }, 5);
      const bad = { ...qqq, close: qqq.close.with(1, qqq.close[1]! + 1) };
      await expect(
        store.importBars([plainBars(DAILY, 5), qqq, bad], { importedAt }),
      ).rejects.toThrow('Bars of "QQQ": 1 rows differ');
      expect(store.list()).toEqual([]);
      const parts = [plainBars(DAILY, 5), qqq, plainBars(DAILY, 5, 3)];
      const done = await store.importBars(parts, { importedAt });
      expect(done).toMatchObject([
        { symbol: 'SPY', added: 8, kept: 2, length: 8 },
        { symbol: 'QQQ', added: 5, kept: 0, length: 5 },
      ]);
      expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(plainBars(DAILY, 8)));
    }));

  test.each([
    [{ ...DAILY, source: '../up' }, 'Source "../up" is not a name'],
    [{ ...DAILY, source: '' }, 'Source "" is not a name'],
    [{ ...DAILY, symbol: '../../x' }, 'Symbol "../../x"'],
    [{ ...DAILY, adjustment: 'none' as 'raw' }, 'Adjustment "none" is not one of'],
  ])('under a name that is no name is refused: %#', (head, message) =>
    inFolder(async (folder) => {
      const bars = { ...plainBars(DAILY, 3), ...head };
      await expect(openStore(folder).importBars(bars, { importedAt })).rejects.toThrow(message);
      expect(filesIn(folder)).toEqual([]);
    }),
  );

  test('of bars that are not sound is refused', () =>
    inFolder(async (folder) => {
      const bars = plainBars(DAILY, 3);
      const faulty = { ...bars, end: bars.end.with(2, 0) };
      await expect(openStore(folder).importBars(faulty, { importedAt })).rejects.toThrow(
        'Bar 3 of "SPY" (2023-01-05): its time does not rise',
      );
    }));
});

describe('one series is of one source and one adjustment', () => {
  test('so that a query that fits several says which there are', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const yahoo = plainBars({ ...DAILY, source: 'yahoo', adjustment: 'all' }, 4);
      const minutes = plainBars(MINUTES, 4);
      await store.importBars([plainBars(DAILY, 5), yahoo, minutes], { importedAt });
      await expect(store.load(SPY_DAYS)).rejects.toThrow(
        'bars "1d" of "SPY" are there 2 times: name source and adjustment; there are ' +
          '"1d" from "file" adjusted "splits", "1d" from "yahoo" adjusted "all"; ' +
          'sources and adjustments are never mixed in one series',
      );
      expect((await store.load({ ...SPY_DAYS, source: 'yahoo' })).length).toBe(4);
      expect((await store.load({ ...SPY_DAYS, adjustment: 'splits' })).length).toBe(5);
      expect((await store.load({ ...SPY_DAYS, timeframe: '1m' })).length).toBe(4);
      await expect(store.load({ ...SPY_DAYS, adjustment: 'raw' })).rejects.toThrow(
        'No bars "1d" of "SPY" with adjustment "raw" in the store; there are "1d" from "file"',
      );
    }));

  test('and a file in the wrong place is no part of it', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 5), { importedAt });
      fs.mkdirSync(path.join(folder, 'yahoo', 'splits', '1d'), { recursive: true });
      const place = ['splits', '1d', 'SPY.parquet'] as const;
      fs.copyFileSync(path.join(folder, 'file', ...place), path.join(folder, 'yahoo', ...place));
      await expect(store.load({ ...SPY_DAYS, source: 'yahoo' })).rejects.toThrow(
        'lies under source "yahoo" but holds "file"',
      );
      expect(store.list().map(({ state }) => state)).toEqual(['sound', 'damaged']);
    }));
});

describe('damage', () => {
  test('of the cache is mended from Parquet, wherever it is', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const bars = plainBars(DAILY, 40);
      await store.importBars(bars, { importedAt });
      const whole = fs.readFileSync(cacheIn(folder));
      for (const at of [0, 9, 20, 200, whole.length - 1]) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] as number) ^ 0x11;
        fs.writeFileSync(cacheIn(folder), damaged);
        expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(bars));
        expect(fs.readFileSync(cacheIn(folder)).equals(whole)).toBe(true);
      }
      for (const length of [0, 5, 100, whole.length - 3]) {
        fs.writeFileSync(cacheIn(folder), whole.subarray(0, length));
        expect(plainOf(await store.load(SPY_DAYS))).toEqual(plainOf(bars));
      }
    }));

  test('of Parquet is found, and listed', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      const [done] = await store.importBars(plainBars(DAILY, 40), { importedAt });
      const file = done?.path as string;
      fs.writeFileSync(file, fs.readFileSync(file).subarray(0, 500));
      await expect(store.load(SPY_DAYS)).rejects.toThrow('Parquet data is damaged or cut off');
      expect(store.list()).toMatchObject([{ state: 'damaged', path: file }]);
    }));

  test('of a disk that refuses the cache leaves the series readable', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 4), { importedAt });
      fs.rmSync(cacheIn(folder));
      vi.spyOn(fs, 'writeFileSync').mockImplementation(() => {
        throw new Error('ENOSPC');
      });
      expect((await store.load(SPY_DAYS)).length).toBe(4);
    }));
});

describe('a crash during an import', () => {
  test.each(['renameSync', 'fsyncSync', 'writeSync'] as const)(
    'in %s leaves the old series whole and no rubbish when it is an error',
    (call) =>
      inFolder(async (folder) => {
        const store = openStore(folder);
        await store.importBars(plainBars(DAILY, 10), { importedAt });
        const before = filesIn(folder);
        vi.spyOn(fs, call).mockImplementation(() => {
          throw new Error('EIO');
        });
        await expect(store.importBars(plainBars(DAILY, 15), { importedAt })).rejects.toThrow('EIO');
        vi.restoreAllMocks();
        expect(filesIn(folder)).toEqual(before);
        expect((await store.load(SPY_DAYS)).length).toBe(10);
      }),
  );

  test('that kills the process between writing and renaming leaves the old series', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 10), { importedAt });
      const room = new URL('.', import.meta.url).href;
      const script = `
        import fs from 'node:fs';
        import { syncBuiltinESMExports } from 'node:module';
        const { openStore } = await import('${room}store.ts');
        const { plainBars, DAILY } = await import('${room}bars.fixture.ts');
        fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
        syncBuiltinESMExports();
        await openStore(process.env.STORE).importBars(plainBars(DAILY, 15), { importedAt: 1 });
      `;
      const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
      const env = { ...process.env, STORE: folder };
      const died = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      expect([died.signal, died.stderr]).toEqual(['SIGKILL', '']);
      expect(filesIn(folder).some((name) => name.endsWith('.tmp'))).toBe(true);
      expect((await store.load(SPY_DAYS)).length).toBe(10);
      expect(store.list().length).toBe(1);
      await store.importBars(plainBars(DAILY, 15), { importedAt });
      expect((await store.load(SPY_DAYS)).length).toBe(15);
    }));

  test('is no excuse to lose what another import stored meanwhile', () =>
    inFolder(async (folder) => {
      const store = openStore(folder);
      await store.importBars(plainBars(DAILY, 5), { importedAt });
      const both = await Promise.allSettled([
        store.importBars(plainBars(DAILY, 8), { importedAt }),
        store.importBars(plainBars(DAILY, 9), { importedAt }),
      ]);
      const [stored] = both.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      const reasons = both.flatMap((one) =>
        one.status === 'rejected' ? [String(one.reason)] : [],
      );
      expect(reasons.length).toBe(1);
      expect(reasons[0]).toContain('another import changed it meanwhile; import again');
      expect((await store.load(SPY_DAYS)).length).toBe(stored?.length);
    }));
});
