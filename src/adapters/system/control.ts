import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  type ControlAnswer,
  type ControlRequest,
  parseAnswer,
  parseRequest,
} from './control-schema.ts';
import { controlAddress } from './control-address.ts';

export type { ControlAnswer, ControlRequest } from './control-schema.ts';

/** Why nobody answered: no process listens, or it did not answer in time. */
export class ControlUnanswered extends Error {
  override readonly name = 'ControlUnanswered';
  readonly code: 'absent' | 'timeout' | 'broken';

  constructor(code: 'absent' | 'timeout' | 'broken', message: string) {
    super(message);
    this.code = code;
  }
}

/** Carries out one request; what it throws is told as a failure. */
export type ControlHandler = (request: ControlRequest) => Promise<ControlAnswer>;

export interface ControlListener {
  close(): Promise<void>;
}

const REQUEST_MAX = 65_536; // bytes of one line
const ANSWER_MAX = 1_048_576;
const CALLERS_MAX = 16;
const REQUEST_MS = 5_000; // for a caller to say what it wants

/**
 * Listens for people at the desk in `folder`: one line of JSON asks, one answers. Only the owner of
 * the desk may call this: a socket that nobody answers at is taken for one of a process that ended
 * and replaced. Throws where somebody does answer, or the file system refuses.
 */
export async function listenControl(
  folder: string,
  handler: ControlHandler,
): Promise<ControlListener> {
  const address = controlAddress(folder);
  if (!address.isPipe) {
    mkdirSync(dirname(address.path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(address.path), 0o700);
    if (await isAnswered(address.path)) {
      throw new Error(`Another process listens at "${address.path}"`);
    }
    rmSync(address.path, { force: true });
  }
  const callers = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    callers.add(socket);
    socket.once('close', () => callers.delete(socket));
    serve(socket, handler);
  });
  server.maxConnections = CALLERS_MAX;
  await listening(server, address.path);
  if (!address.isPipe) chmodSync(address.path, 0o600);
  return {
    close: () => {
      for (const socket of callers) socket.destroy();
      return closed(server);
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      // A caller that could not be accepted asks again; the desk goes on.
      server.on('error', () => undefined);
      server.unref();
      resolve();
    });
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

function serve(socket: Socket, handler: ControlHandler): void {
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), REQUEST_MS);
  socket.on('close', () => clearTimeout(timer));
  firstLine(socket, REQUEST_MAX).then(
    async (line) => {
      clearTimeout(timer);
      const answer = line === null ? TOO_LONG : await answerTo(line, handler);
      socket.end(`${JSON.stringify(answer)}\n`, () => socket.destroy());
    },
    () => socket.destroy(),
  );
}

const TOO_LONG: ControlAnswer = {
  ok: false,
  code: 'usage',
  message: `The request is not one line of at most ${REQUEST_MAX} bytes`,
};

async function answerTo(line: string, handler: ControlHandler): Promise<ControlAnswer> {
  const request = parseRequest(line);
  if (typeof request === 'string') return { ok: false, code: 'usage', message: request };
  try {
    return await handler(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, code: 'failed', message };
  }
}

const NEWLINE = 0x0a;

/** The first line that comes; null where it has more than `max` bytes or no newline at its end. */
function firstLine(socket: Socket, max: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    socket.on('data', (part: Buffer) => {
      const end = part.indexOf(NEWLINE);
      const piece = end < 0 ? part : part.subarray(0, end);
      size += piece.length;
      if (size <= max) parts.push(piece);
      if (end >= 0) resolve(size <= max ? Buffer.concat(parts).toString('utf8') : null);
      else if (size > max) resolve(null);
    });
    socket.once('end', () => resolve(null));
    socket.once('close', () => reject(new Error('the connection broke')));
  });
}

/**
 * Asks the process that runs the desk in `folder`. Throws `ControlUnanswered`: where it is not
 * "absent", the request may have been carried out all the same.
 */
export async function askControl(
  folder: string,
  request: ControlRequest,
  timeoutMs: number,
): Promise<ControlAnswer> {
  const { path } = controlAddress(folder);
  const socket = connect({ path });
  const timer = setTimeout(() => {
    const text = `The process that runs "${folder}" did not answer within ${timeoutMs} ms`;
    socket.destroy(new ControlUnanswered('timeout', text));
  }, timeoutMs);
  try {
    await connected(socket, folder);
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    failed.catch(() => undefined);
    socket.write(`${JSON.stringify(request)}\n`);
    const line = await Promise.race([firstLine(socket, ANSWER_MAX), failed]);
    const answer = line === null ? null : parseAnswer(line);
    if (answer !== null) return answer;
    throw new ControlUnanswered('broken', `The process that runs "${folder}" gave no whole answer`);
  } catch (error) {
    if (error instanceof ControlUnanswered) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ControlUnanswered('broken', message);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** Nobody listens there. */
const ABSENT = ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'];

function connected(socket: Socket, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (!ABSENT.includes(error.code ?? '')) return reject(error);
      reject(new ControlUnanswered('absent', `No process runs the desk in "${folder}"`));
    });
  });
}
