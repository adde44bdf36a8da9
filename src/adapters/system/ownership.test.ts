import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimFolder, type Owner } from './claim.ts';
import { OwnedElsewhere, takeOwnership } from './ownership.ts';

const FIXTURE = fileURLToPath(new URL('owner.fixture.ts', import.meta.url));
const CYCLES = 30;
const RIVALS = 3;

let root = '';
let program = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-own-'));
  program = join(root, 'owner.mjs');
  // Bundled once, for it is started some two hundred times.
  const shape = { bundle: true, platform: 'node', format: 'esm' } as const;
  buildSync({ ...shape, entryPoints: [FIXTURE], outfile: program, logLevel: 'error' });
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

interface Said {
  readonly pid: number;
  readonly owns: boolean;
  readonly owner?: Owner;
  readonly message?: string;
}

interface Child {
  readonly said: Said;
  kill(): Promise<void>;
}

const exited = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

async function start(...args: string[]): Promise<Child> {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    said: JSON.parse(line) as Said,
    kill: async () => {
      child.kill('SIGKILL');
      if (!exited(child)) await once(child, 'exit');
    },
  };
}

/** Starts rivals at once; checks that one owns and the others name it. */
async function startRivals(...args: string[]): Promise<{ owner: Child; others: Child[] }> {
  const children = await Promise.all(Array.from({ length: RIVALS }, () => start(...args)));
  const owners = children.filter((child) => child.said.owns);
  expect(owners).toHaveLength(1);
  const [owner] = owners as [Child];
  const others = children.filter((child) => child !== owner);
  for (const { said } of others) expect(said.owner?.pid ?? owner.said.pid).toBe(owner.said.pid);
  return { owner, others };
}

/** An account that no other run of these tests owns at this moment. */
function accountOf(name: string): string {
  return `${name}-${process.pid}`;
}

describe('ownership of a folder and an account', () => {
  test('a killed owner is replaced at once, and rivals never own together', async () => {
    const folder = join(root, 'killed');
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const { owner, others } = await startRivals('takeOwnership', folder, accountOf('a-1'));
      await owner.kill();
      const next = takeOwnership(folder, accountOf('a-1'));
      await expect(next).resolves.toBeDefined();
      await (await next).release();
      await Promise.all(others.map((child) => child.kill()));
    }
  }, 240_000);

  test('a second instance is told who owns it and since when', async () => {
    const folder = join(root, 'told');
    const own = await takeOwnership(folder, accountOf('a-2'));
    const second = await start('takeOwnership', folder, accountOf('a-3'));
    expect(second.said.owns).toBe(false);
    expect(second.said.owner?.pid).toBe(process.pid);
    expect(second.said.message).toMatch(
      /^The directory ".*told" is owned by process "\d+", started "\d{4}-.*Z" in ".*": stop it/,
    );
    await second.kill();
    await own.release();
  });

  test('an account has one owner, whatever folder the second one has', async () => {
    const own = await takeOwnership(join(root, 'one'), accountOf('a-4'));
    const second = takeOwnership(join(root, 'two'), accountOf('a-4'));
    await expect(second).rejects.toThrow(OwnedElsewhere);
    await expect(second).rejects.toMatchObject({ what: 'account', owner: { pid: process.pid } });
    const other = await takeOwnership(join(root, 'two'), accountOf('a-5'));
    await other.release();
    await own.release();
  });

  test('a folder is the same by each of its names', async () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'linked'));
    const own = await takeOwnership(join(root, 'real'), accountOf('a-6'));
    const second = takeOwnership(join(root, 'linked'), accountOf('a-7'));
    await expect(second).rejects.toMatchObject({ what: 'directory' });
    await own.release();
    await (await takeOwnership(join(root, 'linked'), accountOf('a-7'))).release();
  });

  test('what was released can be taken again, many times', async () => {
    for (let i = 0; i < 200; i++) {
      const own = takeOwnership(join(root, 'again'), accountOf('a-8'));
      await expect(own).resolves.toBeDefined();
      await (await own).release();
    }
  });
});

describe('ownership by socket files in a folder', () => {
  const me: Owner = { pid: process.pid, startedAt: '2026-01-02T03:04:05.000Z', directory: '/x' };

  test('a killed owner is replaced at once, and rivals never own together', async () => {
    const folder = join(root, 'files');
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const { owner, others } = await startRivals('claimFolder', folder);
      await owner.kill();
      const next = await claimFolder(folder, me);
      expect(next.ok).toBe(true);
      if (next.ok) await next.release();
      await Promise.all(others.map((child) => child.kill()));
    }
    expect(readdirSync(folder)).toEqual([]);
  }, 240_000);

  test('of many who start at once exactly one wins', async () => {
    for (let round = 0; round < 8; round++) {
      const folder = join(root, `rush-${round}`);
      const claims = await Promise.all(Array.from({ length: 6 }, () => claimFolder(folder, me)));
      const won = claims.filter((claim) => claim.ok);
      expect(won).toHaveLength(1);
      await won[0]?.release();
    }
  });

  test('an owner whose caller hangs up is still the owner', async () => {
    const folder = join(root, 'rude');
    const first = await claimFolder(folder, me);
    const [name] = readdirSync(folder) as [string];
    const caller = connect({ path: join(folder, name) });
    await once(caller, 'connect');
    caller.destroy();
    const second = await claimFolder(folder, me);
    expect(second).toMatchObject({ ok: false, owner: { pid: process.pid } });
    if (first.ok) await first.release();
  });
});
