import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Check } from './bug.ts';

/** What a check said: the first test or world that is red, nothing, or that it could not judge. */
export type Verdict =
  | { readonly kind: 'caught'; readonly by: string }
  | { readonly kind: 'green' }
  | { readonly kind: 'broken'; readonly why: string };

const CHECK_MS_MAX = 180_000;
const VITEST = 'node_modules/vitest/vitest.mjs';
const REPORT = 'planted-report.json';
const OUTPUT_MAX = 1_000_000;

interface Ended {
  /** Null where it was ended for taking too long. */
  readonly code: number | null;
  readonly out: string;
}

/** Runs Node in `folder`, behind whatever else the machine does. */
function node(folder: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, CI: '1' } });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    let out = '';
    const take = (text: Buffer): void => {
      if (out.length < OUTPUT_MAX) out += text.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => child.kill('SIGKILL'), CHECK_MS_MAX);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out });
    });
  });
}

/** Runs what must go red in `folder`; tests stop at the first failure. */
export const runCheck = (folder: string, check: Check): Promise<Verdict> =>
  check.kind === 'tests' ? runTests(folder, check.files) : runWorlds(folder, check);

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs test files. A file that does not even load proves nothing: the bug must be seen. */
export async function runTests(folder: string, files: readonly string[]): Promise<Verdict> {
  const path = join(folder, REPORT);
  rmSync(path, { force: true });
  const args = ['run', ...files, '--bail=1', '--reporter=json', `--outputFile=${path}`];
  const { code, out } = await node(folder, [VITEST, ...args]);
  if (code === null) return { kind: 'caught', by: `${files.join(', ')} › no end in time` };
  if (code === 0) return { kind: 'green' };
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return { kind: 'broken', why: out.slice(-500) };
  }
  for (const { name, assertionResults } of report.testResults) {
    const red = assertionResults.find(({ status }) => status === 'failed');
    if (red === undefined) continue;
    const file = files.find((one) => name.replaceAll('\\', '/').endsWith(one)) ?? name;
    return { kind: 'caught', by: `${file} › ${red.fullName}` };
  }
  const unloaded = report.testResults.find(({ message }) => message !== '');
  return { kind: 'broken', why: unloaded?.message ?? out.slice(-500) };
}

const VIOLATION = /^ +invariant (\d+) at \S+: (.*)$/gm;

async function runWorlds(
  folder: string,
  { seeds, invariants }: Extract<Check, { kind: 'worlds' }>,
): Promise<Verdict> {
  const script = ['test/hostile/run.ts', '--seeds', String(seeds), '--workers', '1'];
  const { code, out } = await node(folder, ['--import', 'tsx', ...script]);
  for (const [, number, text] of out.matchAll(VIOLATION)) {
    if (!invariants.includes(Number(number))) continue;
    return { kind: 'caught', by: `${script[0]} › invariant ${number}: ${text}` };
  }
  if (code === 0 || /\d+ worlds with violations/.test(out)) return { kind: 'green' };
  return { kind: 'broken', why: out.slice(-500) };
}
