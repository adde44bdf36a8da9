import { BadInput } from '../../base/index.ts';
import {
  conclude,
  deskFolder,
  type PersonOptions,
  seeDesk,
  tellDesk,
  timeoutMs,
  who,
} from './tell.ts';

interface Options extends PersonOptions {
  /** Id of a question, and what to do about it. */
  readonly answer?: readonly string[];
  readonly book?: string;
}

const CHOICES = ['adopt', 'ignore', 'flatten'] as const;
type Choice = (typeof CHOICES)[number];

/** `plimsoll reconcile`: the differences that wait for a person, or the answer to one. */
export async function reconcile(desk: string, options: Options): Promise<number> {
  const folder = deskFolder(desk);
  const waitMs = timeoutMs(options);
  if (options.answer === undefined) {
    if (options.book !== undefined) throw new BadInput('--book goes with --answer');
    const seen = await seeDesk(folder, waitMs);
    if (!seen.ok) return conclude(seen, options, []);
    const lines = seen.view.questions.map(({ id, text }) => `${id}: ${text}`);
    const help = 'Answer with --answer ID adopt|ignore|flatten; adopt takes --book';
    return conclude(
      seen,
      options,
      lines.length === 0 ? ['No difference waits for an answer'] : [...lines, help],
    );
  }
  const { question, choice } = answerOf(options.answer);
  const book = options.book ?? null;
  const request = { kind: 'answer', by: who(options), question, choice, book } as const;
  // What closes a position needs a process that sends.
  const told = await tellDesk(folder, request, { waitMs, atRest: choice !== 'flatten' });
  return conclude(told, options, []);
}

function answerOf([question, choice, ...more]: readonly string[]): {
  readonly question: string;
  readonly choice: Choice;
} {
  const known = CHOICES.find((one) => one === choice);
  if (question !== undefined && known !== undefined && more.length === 0) {
    return { question, choice: known };
  }
  throw new BadInput(`--answer: wanted a question and one of ${CHOICES.join(', ')}`);
}
