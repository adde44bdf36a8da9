import { userInfo } from 'node:os';
import type { HaltLevel } from '../../risk/index.ts';
import { commandDesk } from '../command.ts';
import { UsageError } from '../load.ts';
import { folderWithJournal } from './look.ts';
import { say } from './print.ts';

interface Options {
  readonly reason: string;
  readonly by?: string;
}

const who = ({ by }: Options): string => by ?? userInfo().username;

/** `plimsoll halt`: a latch, durable before it counts. */
export async function halt(
  desk: string,
  options: Options & { level: HaltLevel },
): Promise<undefined> {
  const { reason, level } = options;
  const state = await commandDesk(folderWithJournal(desk), () => ({
    command: 'halt',
    by: who(options),
    level,
    reason,
  }));
  say(`Halt ${state.halt}: ${state.haltReason}`);
}

/** `plimsoll resume`: a named person releases the desk, or one book. */
export async function resume(
  desk: string,
  options: Options & { book?: string },
): Promise<undefined> {
  const { reason, book } = options;
  const by = who(options);
  const state = await commandDesk(folderWithJournal(desk), (books) => {
    if (book === undefined) return { command: 'resume', by, reason };
    const index = books.indexOf(book);
    if (index < 0) throw new UsageError(`Book "${book}": wanted one of ${books.join(', ')}`);
    return { command: 'resumeBook', by, book: index, reason };
  });
  const stopped = state.books.filter((one) => one.stopped !== null).map((one) => one.setup.name);
  const running = stopped.length === 0 ? 'every book runs' : `stopped: ${stopped.join()}`;
  say(`Halt ${state.halt}; ${running}`);
}
