import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { assert } from '../src/base/index.ts';
import { CLI } from './cli.ts';
import { inFolder } from './folder.ts';
import { rounded } from './measure.ts';
import type { Outcome } from './report.ts';
import { writeTickDesk } from './tick-desk.ts';

const TICKS = Number(process.env['BENCH_TICKS'] ?? 10_000_000);
const STEPS = 10; // the run is looked at so often
const WARM_STEPS = 2; // until the collector of garbage has found its pace
const LOOK_EVERY_MS = 20;
const MIB = 1_048_576;

/** Memory in use by the process when it had read so many ticks. */
interface Sample {
  readonly ticks: number;
  readonly rssMiB: number;
}

/** How much of `file` process `pid` has read, as a fraction; undefined when it is not open. */
function shareRead(pid: number, file: string): number | undefined {
  const folder = `/proc/${pid}/fd`;
  for (const fd of readdirSync(folder)) {
    if (readlinkSync(`${folder}/${fd}`) !== file) continue;
    const position = /pos:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
    return Number(position?.[1]) / statSync(file).size;
  }
  return undefined;
}

function rssOf(pid: number): number {
  const line = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** Samples at each tenth of the file, as near as the looks come to it. */
async function watch(child: ChildProcess, file: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (child.exitCode === null) {
    try {
      const ticks = (shareRead(child.pid as number, file) ?? 0) * TICKS;
      if (ticks >= ((samples.length + 1) * TICKS) / STEPS) {
        samples.push({ ticks: Math.round(ticks), rssMiB: rssOf(child.pid as number) });
      }
    } catch {
      // The process, or the file it had open, went away between two looks.
    }
    await after(LOOK_EVERY_MS);
  }
  return samples;
}

/** Slope of the line of least squares, in MiB for a million ticks. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, one) => sum + pick(one), 0) / samples.length;
  const [ticks, rss] = [mean((one) => one.ticks), mean((one) => one.rssMiB)];
  const over = samples.reduce((sum, one) => sum + (one.ticks - ticks) * (one.rssMiB - rss), 0);
  const under = samples.reduce((sum, one) => sum + (one.ticks - ticks) ** 2, 0);
  return (over / under) * 1_000_000;
}

/** A recorded market of ten million trades through `plimsoll run`: memory must not grow with it. */
export const benchTicks = (): Promise<Outcome> =>
  inFolder(async (folder) => {
    assert(existsSync('/proc/self/fdinfo'), "Memory of another process is read from Linux's /proc");
    assert(existsSync(CLI), `"${CLI}" is not built: run "npm run build"`);
    const file = writeTickDesk(folder, TICKS);
    const start = performance.now();
    const args = [CLI, 'run', folder, '--stage', 'dry-run', '--speed', 'max', '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text) => (said = `${said}${text}`.slice(-10_000_000)));
    const samples = await watch(child, file);
    const seconds = (performance.now() - start) / 1000;
    assert(child.exitCode === 0, `"plimsoll run" ended with ${child.exitCode}`);
    return outcomeOf(samples, seconds, Number(/"fills":(\d+)/.exec(said)?.[1]), file);
  });

function outcomeOf(samples: Sample[], seconds: number, fills: number, file: string): Outcome {
  const steady = samples.slice(WARM_STEPS);
  const most = Math.max(...samples.map((one) => one.rssMiB));
  return {
    figures: {
      slopeMiBPerMillionTicks: rounded(slopeOf(steady)),
      firstMiB: rounded(steady[0]?.rssMiB ?? Number.NaN),
      lastMiB: rounded(steady.at(-1)?.rssMiB ?? Number.NaN),
      mostMiB: rounded(most),
      ticks: TICKS,
      ticksPerSecond: Math.round(TICKS / seconds),
      fileMiB: rounded(statSync(file).size / MIB),
      fills,
      rssMiB: samples.map((one) => one.rssMiB.toFixed(0)).join(' '),
    },
    goals: [{ figure: 'slopeMiBPerMillionTicks', bound: 'at most', value: 1 }],
  };
}
