import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Recorded } from './kit.ts';

const FIXTURES = new URL('../../../../shared/specs/brokers/fixtures/', import.meta.url);

/** Why nothing can be played back here; null where it can. */
export const NO_RECORDINGS: string | null = existsSync(new URL('index.json', FIXTURES))
  ? null
  : 'no ../shared beside the project: no recorded answers';

/** The content of a recorded file. */
export const recorded = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8'));

export interface Playback {
  readonly url: string;
  /** Requests that no answer fits, as "METHOD path". */
  readonly unanswered: readonly string[];
  close(): Promise<void>;
}

/** Plays recorded answers back on loopback; what none fits is told as not found. */
export async function startPlayback(answers: readonly Recorded[]): Promise<Playback> {
  const unanswered: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    request.resume();
    const one = answers.find((answer) => fits(answer, request.method ?? '', pathname));
    if (one === undefined) unanswered.push(`${request.method} ${pathname}`);
    const content = one?.file === undefined ? null : recorded(one.file);
    const body = one?.body === undefined ? content : one.body(content, searchParams);
    response.writeHead(one === undefined ? 404 : (one.status ?? 200), {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(one === undefined ? NOTHING : body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    unanswered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const NOTHING = { message: 'nothing was recorded here' };

function fits({ method = 'GET', path }: Recorded, asked: string, pathname: string): boolean {
  if (method !== asked) return false;
  return typeof path === 'string' ? path === pathname : path.test(pathname);
}
