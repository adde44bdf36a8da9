import { type HaltLatch, latchPath, setHaltLatch } from '../../adapters/system/index.ts';
import type { HaltLevel } from '../../risk/index.ts';
import { EXIT, report } from './exit.ts';
import { note, say } from './print.ts';
import {
  conclude,
  deskFolder,
  hasJournal,
  type PersonOptions,
  tellDesk,
  timeoutMs,
  type Told,
  who,
} from './tell.ts';

interface ReasonOptions extends PersonOptions {
  readonly reason: string;
}

const MEANS: Readonly<Record<HaltLevel, string>> = {
  NONE: 'nothing is held back',
  NO_NEW_RISK: 'nothing leaves that raises risk; orders that reduce a position do',
  CANCEL_ONLY: 'nothing leaves but cancels',
  STOP: 'nothing leaves at all, but cancels a person or the emergency exit asks for',
};

/**
 * `plimsoll halt`: a latch on the disk first, which counts whether a process answers or not; then
 * the journal, through the process that runs the desk or without one.
 */
export async function halt(
  desk: string,
  options: ReasonOptions & { readonly level: HaltLevel },
): Promise<number> {
  const waitMs = timeoutMs(options);
  const folder = deskFolder(desk);
  const { level, reason } = options;
  const by = who(options);
  const latch = setHaltLatch(folder, { level, by, reason });
  const told = hasJournal(folder) ? await journaled(folder, latch, waitMs) : null;
  const text = `Halted to ${latch.level} (${MEANS[latch.level]}), latched in ${latchPath(folder)}`;
  if (told?.ok) {
    const stays = 'It stays through restarts until "plimsoll resume" by a named person';
    return conclude(told, options, [text, stays]);
  }
  if (options.json) {
    say(JSON.stringify({ ok: true, latch, via: null, message: told?.message ?? null }));
  } else {
    say(text);
    if (told === null) note('The desk has no journal yet: its first run begins halted');
    else note(`plimsoll: the latch stands, yet the journal does not have it: ${told.message}`);
  }
  return told === null ? EXIT.ok : told.exit;
}

/** The halt in the journal too; whatever stands in the way, the latch stands. */
async function journaled(
  folder: string,
  { level, by, reason }: HaltLatch,
  waitMs: number,
): Promise<Told> {
  try {
    const request = { kind: 'halt', by, level, reason } as const;
    return await tellDesk(folder, request, { waitMs, atRest: true });
  } catch (error) {
    report(error);
    return { ok: false, exit: EXIT.failed, message: 'the journal could not take it' };
  }
}

/** `plimsoll resume`: a named person releases the desk and its latch, or one book. */
export async function resume(
  desk: string,
  options: ReasonOptions & { readonly book?: string },
): Promise<number> {
  const { reason, book } = options;
  const by = who(options);
  const request =
    book === undefined
      ? ({ kind: 'resume', by, reason } as const)
      : ({ kind: 'resumeBook', by, book, reason } as const);
  const waitMs = timeoutMs(options);
  const told = await tellDesk(deskFolder(desk), request, { waitMs, atRest: true });
  return conclude(told, options, told.ok ? standing(told.view) : []);
}

function standing({ halt: level, stopped }: Extract<Told, { ok: true }>['view']): string[] {
  const books = stopped.map(({ book, reason }) => `Book ${book} is stopped: ${reason}`);
  const rest = stopped.length === 0 ? ['Every book runs'] : books;
  return [`Halt ${level}: ${MEANS[level as HaltLevel]}`, ...rest];
}
