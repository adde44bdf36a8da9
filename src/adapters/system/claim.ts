import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** What an owner tells whoever asks. */
export interface Owner {
  readonly pid: number;
  /** When it took ownership, ISO 8601. */
  readonly startedAt: string;
  readonly directory: string;
}

/** `owner` is undefined when it lives but does not answer now. */
export type Claim =
  | { readonly ok: true; readonly release: () => Promise<void> }
  | { readonly ok: false; readonly owner: Owner | undefined };

/** Somebody who answers at an address; "contending" has not won yet. */
type Card = Owner & { readonly state: 'owner' | 'contending' };
type Answer =
  | { readonly kind: 'card'; readonly card: Card }
  /** Nobody listens. */
  | { readonly kind: 'dead' }
  /** Alive, but busy. */
  | { readonly kind: 'silent' }
  /** The connection broke: ask again. */
  | { readonly kind: 'unclear' };

/** How long an owner may take to answer, and those who started together with us to settle. */
const ANSWER_MS = 1_000;
const SETTLE_MS = 5_000;
const AGAIN_MS = 10;

/**
 * Claims a name that the operating system gives to one process at a time and takes back when that
 * process ends: an abstract socket of Linux ("\0…") or a named pipe of Windows.
 */
export async function claimName(name: string, owner: Owner): Promise<Claim> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const server = await serve(name, () => ({ ...owner, state: 'owner' }));
    if (server !== undefined) return { ok: true, release: () => closed(server) };
    const answer = await ask(name);
    if (answer.kind === 'card') return { ok: false, owner: answer.card };
    if (performance.now() > deadline) return { ok: false, owner: undefined };
    // It ended just now, or it is about to listen.
    await wait(AGAIN_MS);
  }
}

/**
 * Claims a folder where the system knows no such names (macOS, BSD). Each contender first listens
 * at a socket file of its own, then asks all others; whoever finds none alive owns the folder.
 * Of two, the one that listened later sees the other, so both cannot find nobody. A file whose
 * process has ended refuses connections; its name is never used again, so anyone may remove it.
 */
export async function claimFolder(folder: string, owner: Owner): Promise<Claim> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const mine = `${randomBytes(8).toString('hex')}${SOCKET}`;
    const contender = await contend(join(folder, mine), owner);
    const rival = await findRival(folder, mine, deadline);
    if (rival === 'none') {
      contender.win();
      return { ok: true, release: contender.leave };
    }
    await contender.leave();
    if (rival !== 'stronger') return { ok: false, owner: rival.owner };
    if (performance.now() > deadline) return { ok: false, owner: undefined };
    await wait(AGAIN_MS);
  }
}

const SOCKET = '.sock';

async function contend(path: string, owner: Owner) {
  let state: Card['state'] = 'contending';
  // It gets its name when it answers already: one that does not is taken for dead.
  const server = await serve(`${path}.new`, () => ({ ...owner, state }));
  if (server === undefined) throw new Error(`Socket "${path}.new" is taken`);
  renameSync(`${path}.new`, path);
  return {
    win: () => {
      state = 'owner';
    },
    leave: async () => {
      rmSync(path, { force: true });
      await closed(server);
    },
  };
}

/**
 * Who else is alive in the folder: an owner; a contender with a lower name, which goes first; or,
 * after those with higher names have left, nobody.
 */
async function findRival(
  folder: string,
  mine: string,
  deadline: number,
): Promise<'none' | 'stronger' | { owner: Owner | undefined }> {
  for (;;) {
    const names = readdirSync(folder).filter((name) => name.endsWith(SOCKET) && name !== mine);
    let open = 0;
    for (const name of names) {
      const answer = await ask(join(folder, name));
      if (answer.kind === 'dead') rmSync(join(folder, name), { force: true });
      else if (answer.kind === 'silent') return { owner: undefined };
      else if (answer.kind === 'unclear') open += 1;
      else if (answer.card.state === 'owner') return { owner: answer.card };
      else if (name < mine) return 'stronger';
      else open += 1;
    }
    if (open === 0) return 'none';
    if (performance.now() > deadline) return { owner: undefined };
    await wait(AGAIN_MS);
  }
}

/** Listens at `path` and tells each caller what `card` returns; undefined when it is taken. */
function serve(path: string, card: () => Card): Promise<Server | undefined> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${JSON.stringify(card())}\n`, () => socket.destroy());
  });
  // Ownership alone keeps no process alive.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path }, () => {
      server.removeAllListeners('error');
      // A connection that could not be accepted changes nothing: the address stays ours.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** Nobody listens at the address. */
const DEAD = ['ECONNREFUSED', 'ENOENT'];

/** Asks who is at `path`. */
function ask(path: string): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let text = '';
    const finish = (answer: Answer): void => {
      resolve(answer);
      socket.destroy();
    };
    socket.setEncoding('utf8');
    socket.setTimeout(ANSWER_MS, () => finish({ kind: 'silent' }));
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('end', () => finish(parseCard(text)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      finish({ kind: DEAD.includes(error.code ?? '') ? 'dead' : 'unclear' });
    });
    socket.on('close', () => finish({ kind: 'unclear' }));
  });
}

function parseCard(text: string): Answer {
  try {
    const { pid, startedAt, directory, state } = JSON.parse(text) as Partial<Card>;
    if (typeof pid !== 'number' || typeof startedAt !== 'string') return { kind: 'unclear' };
    if (typeof directory !== 'string') return { kind: 'unclear' };
    if (state !== 'owner' && state !== 'contending') return { kind: 'unclear' };
    return { kind: 'card', card: { pid, startedAt, directory, state } };
  } catch {
    return { kind: 'unclear' };
  }
}
