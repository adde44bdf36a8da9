import { openDurableMap } from '../../src/adapters/journal/index.ts';
import {
  type BrokerCall,
  type BrokerMoment,
  startBrokerServer,
} from '../../src/adapters/paper/index.ts';
import type { Money } from '../../src/base/index.ts';
import { NO_COSTS } from '../../src/portfolio/index.ts';
import type { FromBroker, Shot, ToBroker } from './shot.ts';

/**
 * The built-in broker as a process that may kill the desk at an exact moment of one of its calls.
 * Arguments: file of its books, port (0: any), capital in micro-dollars. It tells its port, and
 * each kill, to the process that started it.
 */
const [file, port, cash] = process.argv.slice(2) as [string, string, string];
const HELD_MS = 150; // longer than a desk takes from its start to its first question

const tell = (message: FromBroker): void => void process.send?.(message);

let shot: (Shot & { readonly pid: number }) | null = null;
/** Requests that concern the shot since it was armed. */
let counted = 0;
/** The call that the shot is about, once it came. */
let target = 0;

const concerns = ({ name }: BrokerCall, { call }: Shot): boolean => call === null || call === name;

function watch(moment: BrokerMoment, call: BrokerCall): void {
  if (shot === null) return;
  if (moment === 'arrived' && concerns(call, shot) && ++counted === shot.count) {
    target = call.number;
  }
  if (target !== call.number || moment !== momentOf(shot)) return;
  const { pid } = shot;
  process.kill(pid, 'SIGKILL');
  shot = null;
  tell({ kind: 'killed', call: call.name });
}

const momentOf = ({ at }: Shot): BrokerMoment =>
  at === 'accepted' ? 'done' : at === 'replied' ? 'replied' : 'arrived';

const server = await startBrokerServer({
  settings: {
    seed: 3,
    costs: { ...NO_COSTS, slippagePpm: 200 },
    delayMs: [200, 1_500],
    rejectionPpm: 50_000,
    randomSlippageBps: 2,
    priceStep: 10_000,
    shortSelling: false,
  },
  cash: Number(cash) as Money,
  store: openDurableMap(file),
  port: Number(port),
  watch,
  fault: (call) => {
    // The shot at an arriving call is fired before this looks.
    if (call.number !== target || fired === null) return null;
    if (fired === 'lost') return { effect: false, reply: 'none' };
    return fired === 'late' ? { effect: true, reply: 'none', heldMs: HELD_MS } : null;
  },
});

/** How the newest shot was to end its call. */
let fired: Shot['at'] | null = null;

process.on('message', (message: ToBroker) => {
  shot = message.shot;
  fired = message.shot?.at ?? null;
  counted = 0;
  target = 0;
});
// Nobody is left who could ask or kill it.
process.once('disconnect', () => process.exit());
tell({ kind: 'listening', port: server.port });
