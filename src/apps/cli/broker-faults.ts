import type { Faults, RestTrouble } from '../../adapters/alpaca-server/index.ts';
import { UsageError } from '../load.ts';

/** Shares of a broker that has a bad day, in millionths. */
const BAD_DAY = {
  dropBeforePpm: 10_000,
  dropAfterPpm: 10_000,
  unavailablePpm: 10_000,
  rateLimitPpm: 5_000,
  cutPpm: 5_000,
  loseFramePpm: 20_000,
  repeatFramePpm: 20_000,
  holdFramePpm: 20_000,
} as const;

const ITEM = /^(?:([A-Z]+) )?(\/[^=]*|stream)=([a-zA-Z]+)(?::(\d{1,6}))?(?:x(\d{1,4}))?$/;
const WANTED =
  'a seed, or a list such as "POST /v2/orders=dropAfter,GET /v2/orders=status:503x3,stream=lose"';

/** What `--faults` asks for, as it is put to a server. Throws `UsageError` for anything else. */
export function faultsOf(text: string): (faults: Faults) => void {
  if (/^\d{1,9}$/.test(text)) return (faults) => faults.rates({ seed: Number(text), ...BAD_DAY });
  const all = text.split(',').map((item) => oneOf(item.trim()));
  return (faults) => {
    for (const one of all) one(faults);
  };
}

function oneOf(item: string): (faults: Faults) => void {
  const [, method = 'GET', path = '', name = '', amount, count] = ITEM.exec(item) ?? [];
  const times = Number(count ?? 1);
  if (path === 'stream') {
    if (name === 'mute') {
      return (faults) => {
        faults.mute = true;
      };
    }
    if (name === 'lose' || name === 'repeat' || name === 'hold') {
      return (faults) => faults.addFrame({ trouble: name, times });
    }
  }
  const trouble = path === 'stream' ? undefined : troubleOf(name, Number(amount ?? 0));
  if (path === '' || !trouble) throw new UsageError(`--faults "${item}": wanted ${WANTED}`);
  return (faults) => faults.add({ on: `${method} ${path}`, trouble, times });
}

function troubleOf(name: string, amount: number): RestTrouble | undefined {
  switch (name) {
    case 'dropBefore':
    case 'dropAfter':
    case 'missingPage':
    case 'duplicateId':
    case 'missingId':
    case 'rejectAfterAccept':
      return { kind: name };
    case 'delay':
      return { kind: 'delay', ms: amount, when: 'before' };
    case 'status':
      if (amount < 400 || amount > 599) return undefined;
      return { kind: 'status', status: amount, body: 'broker', effect: false };
    case 'cut':
      return { kind: 'cut', bytes: amount };
    case 'page':
      return { kind: 'page', effect: false };
    case 'rateLimit':
      return { kind: 'rateLimit', retryAfterS: amount };
    case 'fillBeforeAck':
      return { kind: 'fillBeforeAck', ms: amount };
    default:
      return undefined;
  }
}
