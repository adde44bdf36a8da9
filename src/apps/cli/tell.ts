import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  askControl,
  type ControlRequest,
  ControlUnanswered,
  OwnedElsewhere,
} from '../../adapters/system/index.ts';
import { BadInput } from '../../base/index.ts';
import type { DeskRequest } from '../command.ts';
import type { ControlView } from '../control-view.ts';
import { EXIT } from './exit.ts';
import { note, say } from './print.ts';

// Only what is small is imported at once: a halt waits for nothing it does not need.

/** Options that every command of a person has. */
export interface PersonOptions {
  readonly by?: string;
  readonly json?: boolean;
  /** Longest wait for the process that runs the desk, in seconds. */
  readonly timeout?: string;
}

export const who = ({ by }: PersonOptions): string => by ?? userInfo().username;

const TIMEOUT_S = 10;

export function timeoutMs({ timeout }: PersonOptions): number {
  const seconds = timeout === undefined ? TIMEOUT_S : Number(timeout);
  if (seconds > 0 && seconds <= 3_600) return seconds * 1_000;
  throw new BadInput(`--timeout "${timeout}": wanted seconds, above 0 and at most 3600`);
}

/** The folder of a desk, whatever state its files are in. Throws `BadInput` where there is none. */
export function deskFolder(given: string): string {
  const path = resolve(given);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new BadInput(`Desk "${given}" is not there`);
  const folder = found.isDirectory() ? path : dirname(path);
  if (existsSync(join(folder, 'desk.yaml')) || !found.isDirectory() || hasJournal(folder)) {
    return folder;
  }
  throw new BadInput(`"${given}" is no desk: it has no desk.yaml`);
}

export const hasJournal = (folder: string): boolean =>
  existsSync(join(folder, 'journal', 'plimsoll.db'));

/** How a request reached the desk, and what came of it. */
export type Told =
  | {
      readonly ok: true;
      /** By the process that runs the desk, or without one. */
      readonly via: 'process' | 'journal';
      readonly view: ControlView;
      readonly told: readonly string[];
    }
  | { readonly ok: false; readonly exit: number; readonly message: string };

/**
 * Brings a request to the desk: to the process that runs it, else into its journal where `atRest`
 * says that this makes sense.
 */
export async function tellDesk(
  folder: string,
  request: DeskRequest,
  { waitMs, atRest }: { readonly waitMs: number; readonly atRest: boolean },
): Promise<Told> {
  const answer = await askProcess(folder, request, waitMs);
  if (answer !== null) return answer;
  if (!atRest || !hasJournal(folder)) {
    const message = `No process runs the desk in "${folder}"; nothing was done`;
    return { ok: false, exit: EXIT.notRunning, message };
  }
  try {
    const { commandDesk } = await import('../command.ts');
    const { view, told, refused } = await commandDesk(folder, request);
    if (refused !== null) return { ok: false, exit: EXIT.refused, message: refused };
    return { ok: true, via: 'journal', view, told };
  } catch (error) {
    if (!(error instanceof OwnedElsewhere)) throw error;
    const message = `${error.message}; it does not listen to people, and nothing was written`;
    return { ok: false, exit: EXIT.timeout, message };
  }
}

/** What the process that runs the desk says; null where there is none. */
async function askProcess(
  folder: string,
  request: ControlRequest,
  waitMs: number,
): Promise<Told | null> {
  try {
    const answer = await askControl(folder, request, waitMs);
    if (answer.ok) {
      const { view, told } = answer.state as unknown as Pick<
        Extract<Told, { ok: true }>,
        'view' | 'told'
      >;
      return { ok: true, via: 'process', view, told };
    }
    const exits = { usage: EXIT.usage, refused: EXIT.refused, failed: EXIT.failed } as const;
    return { ok: false, exit: exits[answer.code], message: answer.message };
  } catch (error) {
    if (!(error instanceof ControlUnanswered)) throw error;
    if (error.code === 'absent') return null;
    const message = `${error.message}; whether it was carried out is not known: look at the status`;
    return { ok: false, exit: EXIT.timeout, message };
  }
}

/** The desk as it stands: told by the process that runs it, else folded from its journal. */
export async function seeDesk(folder: string, waitMs: number): Promise<Told> {
  const answer = await askProcess(folder, { kind: 'status' }, waitMs);
  if (answer !== null) return answer;
  if (!hasJournal(folder)) {
    return { ok: false, exit: EXIT.notRunning, message: `The desk in "${folder}" never ran` };
  }
  const { viewAtRest } = await import('../desk-at-rest.ts');
  return { ok: true, via: 'journal', view: await viewAtRest(folder), told: [] };
}

/** Which desk a command is about: account, stage, and whether a process runs it. */
export function headOf({ desk, account, stage }: ControlView, via: 'process' | 'journal'): string {
  const by = via === 'process' ? 'a process runs it' : 'no process runs it';
  return `Desk ${desk}, account ${account}, stage ${stage}: ${by}`;
}

/** Prints what came of a request, as text or JSON; returns the exit code. */
export function conclude(told: Told, options: PersonOptions, lines: readonly string[]): number {
  if (!told.ok) {
    const { exit, message } = told;
    if (options.json) say(JSON.stringify({ ok: false, exit, message }));
    else note(`plimsoll: ${message}`);
    return exit;
  }
  const { via, view } = told;
  if (options.json) {
    say(JSON.stringify({ ok: true, via, told: told.told, view }));
    return EXIT.ok;
  }
  say(headOf(view, via));
  for (const line of [...told.told, ...lines]) say(line);
  return EXIT.ok;
}
