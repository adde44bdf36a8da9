import type { RequestView } from '../control-view.ts';
import { EXIT, Refused } from './exit.ts';
import { say } from './print.ts';
import {
  conclude,
  deskFolder,
  type PersonOptions,
  seeDesk,
  tellDesk,
  timeoutMs,
  type Told,
  who,
} from './tell.ts';

interface Options extends PersonOptions {
  readonly plan?: boolean;
}

/** `plimsoll approve ID`: a yes to exactly the terms that are shown, at most once. */
export async function approve(id: string, desk: string, options: Options): Promise<number> {
  const folder = deskFolder(desk);
  const waitMs = timeoutMs(options);
  const seen = await seeDesk(folder, waitMs);
  if (!seen.ok) return conclude(seen, options, []);
  const shown = requestOf(seen, id);
  if (!options.json) say(shown.text);
  const scope = options.plan ? 'plan' : 'order';
  const hash = options.plan ? shown.planHash : shown.hash;
  const request = { kind: 'approve', by: who(options), request: id, scope, hash } as const;
  // A yes in a journal at rest would be to a market that nobody sees.
  const told = await tellDesk(folder, request, { waitMs, atRest: false });
  return conclude(told, options, [`Approved: ${options.plan ? 'the whole plan' : 'this order'}`]);
}

/** `plimsoll reject ID`: a no, for good. */
export async function reject(
  id: string,
  desk: string,
  options: Options & { readonly reason: string },
): Promise<number> {
  const folder = deskFolder(desk);
  const waitMs = timeoutMs(options);
  const seen = await seeDesk(folder, waitMs);
  if (!seen.ok) return conclude(seen, options, []);
  requestOf(seen, id);
  const scope = options.plan ? 'plan' : 'order';
  const { reason } = options;
  const request = { kind: 'reject', by: who(options), request: id, scope, reason } as const;
  const told = await tellDesk(folder, request, { waitMs, atRest: true });
  return conclude(told, options, [`Rejected: ${options.plan ? 'the whole plan' : 'this order'}`]);
}

/** The request as it stands. Throws `Refused` with what became of it where it is not open. */
function requestOf({ view }: Extract<Told, { ok: true }>, id: string): RequestView {
  const found = view.requests.find((request) => request.id === id);
  if (found !== undefined) return found;
  const ended = view.ended.findLast((one) => one.id === id);
  if (ended !== undefined) {
    const by = ended.by === '' ? '' : ` by ${ended.by}`;
    throw new Refused(`Request "${id}" is not open: ${ended.outcome}${by}`);
  }
  const open = view.requests.map((request) => request.id).join(', ');
  throw new Refused(`There is no request "${id}"; open: ${open === '' ? 'none' : open}`);
}

/** `plimsoll approvals`: what waits for a person. */
export async function approvals(desk: string, options: PersonOptions): Promise<number> {
  const seen = await seeDesk(deskFolder(desk), timeoutMs(options));
  if (!seen.ok || options.json) return conclude(seen, options, []);
  const { requests } = seen.view;
  if (requests.length === 0) say('Nothing waits for an approval');
  for (const { text } of requests) say(`${text}\n`);
  return EXIT.ok;
}
